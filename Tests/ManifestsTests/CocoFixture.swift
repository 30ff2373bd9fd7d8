import JSON
import Manifests
import PluginModel

/// Manifests of our own, small and whole, that cases change.
enum CocoFixture {
    static let command: JSONObject = [
        "name": "Say hello", "description": "Prints a word", "icon": "font_hello", "type": "command",
        "action": ["exec": "echo", "args": ["hello"]],
    ]
    static let view: JSONObject = [
        "name": "Clock", "description": "Shows the time", "icon": "clock.png", "type": "view", "page": "index.html",
        "platforms": ["linux", "macos", "windows"],
    ]
    static let quicklink: JSONObject = [
        "name": "Search", "description": "Looks for a word", "icon": "font_search", "type": "quicklink",
        "quicklink": ["link": #"https://example.org/find?q={term}&in={argument_name: "site", default: "docs"}"#],
    ]
    static let container: JSONObject = [
        "name": "Demo tools", "description": "Two demo commands", "icon": "font_demo", "type": "extension",
        "version": ["number": "0.1.0"],
    ]

    /// Files that the fixtures name.
    static let files = ["index.html": "<p>", "assets/clock.png": "PNG"]

    static func changed(_ object: JSONObject, _ change: (inout JSONObject) -> Void) -> JSONObject {
        var object = object
        change(&object)
        return object
    }

    static func holding(_ subs: [JSONObject], in list: String = "commands", _ change: (inout JSONObject) -> Void = { _ in }) -> JSONObject {
        changed(container) {
            $0[list] = .array(subs.map(JSONValue.object))
            change(&$0)
        }
    }

    static func package(
        _ json: String, files: [String: String] = files, folder: String = "demo", parents: [String] = [], siblings: [String: String] = [:]
    ) -> MemoryPackage {
        MemoryPackage(files.merging(["plugin.json": json]) { $1 }, folderName: folder, parentNames: parents, siblings: siblings)
    }

    static func read(_ object: JSONObject, files: [String: String] = files, options: ReadingOptions = ReadingOptions()) -> PackageReading {
        CocoReader.read(package(JSONValue.object(object).serialized(), files: files), options: options)
    }
}

/// Each finding as `severity code place | sentence`.
func cocoLines(_ findings: [Finding]) -> [String] {
    findings.map { finding in
        let place: String
        switch finding.place {
        case .document(let file, let pointer): place = file == "plugin.json" ? pointer.description : "\(file)#\(pointer)"
        case .source(_, let line, let column, _): place = "\(line):\(column)"
        case .file(let file): place = file
        }
        return "\(finding.severity) \(finding.code) \(place) | \(finding.sentence)"
    }
}
