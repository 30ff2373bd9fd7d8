import JSON
import PluginModel

/// The keys of each object of a manifest. Unknown ones are ignored, as upstream does; one that is nearly a known key gets a word.
enum CocoKeys {
    /// Contract of Coco, section 2.
    static let known = [
        "id", "name", "description", "icon", "type", "developer", "platforms", "action", "quicklink", "commands", "scripts", "quicklinks",
        "views", "alias", "hotkey", "enabled", "settings", "page", "ui", "permission", "minimum_coco_version", "screenshots", "url",
        "version",
    ]
    /// Read by the store and the website, or written in older manifests; nothing to say about them.
    static let ignored = [
        "category", "tags", "contributors", "stats", "checksum", "created", "updated", "author", "quick_links", "snapshots", "title",
        "permissions",
    ]
    static let silent = Set(known + ignored)
    /// What a suggestion may name.
    static let suggested = known + ["category", "tags"]

    static let action = ["exec", "args"]
    static let quicklink = ["link", "open_with"]
    static let settings = ["hide_before_open"]
    static let ui = ["search_bar", "filter_bar", "footer", "hide_scrollbar", "width", "height", "resizable", "detachable"]
    static let permission = ["fs", "http", "api"]
    static let path = ["path", "access"]
    static let host = ["host"]

    /// How many unknown keys of one manifest are compared with the known ones.
    static let comparisonsMax = 200
}
