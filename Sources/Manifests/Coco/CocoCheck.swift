import JSON
import PluginModel

/// Upstream's checks of a decoded manifest, all of them instead of the first. Contract of Coco, section 5.
struct CocoCheck {
    private(set) var notes: CocoNotes
    private let main: CocoExtension

    static func run(_ main: CocoExtension, _ notes: inout CocoNotes) {
        var check = CocoCheck(notes: notes, main: main)
        check.run()
        notes = check.notes
    }

    private mutating func run() {
        checkMain()
        checkMembers(of: main)
        // All three, or none named, is no limit.
        let limit = main.platforms.flatMap { $0.count == Platform.allCases.count ? nil : $0 }
        var seen: Set<String> = []
        for sub in main.subs {
            checkSub(sub, limit: limit)
            // Upstream looks at the main extension once more here, so that a command without its action passes and crashes the search.
            checkMembers(of: sub)
            guard let id = sub.subID, !sub.lacksID else { continue }
            if !seen.insert(id).inserted {
                add(.duplicateSubID, sub, at: sub.has("id") ? "id" : nil, CocoText.duplicateSubID(id), remedy: "Give it another id.")
            }
        }
    }

    /// Rules 1 to 3.
    private mutating func checkMain() {
        guard let type = main.type else { return }
        for field in ["alias", "hotkey"] where main.has(field) && type.isContainer { refuse([field], main, type) }
        if !type.isContainer, CocoList.names.contains(where: main.has) { refuse(CocoList.names, main, type) }
        if main.has("settings"), type.isContainer { refuse(["settings"], main, type) }
    }

    /// Rule 4: what only one type has, and needs.
    private mutating func checkMembers(of one: CocoExtension) {
        guard let type = one.type else { return }
        for (field, owner) in [("action", CocoType.command), ("quicklink", .quicklink), ("page", .view)] {
            if one.has(field), type != owner { refuse([field], one, type) }
            if !one.has(field), type == owner {
                add(.fieldRequired, one, at: nil, CocoText.fieldRequired(field, type), remedy: "Add \"\(field)\".")
            }
        }
        if one.has("ui"), type != .view { refuse(["ui"], one, type) }
    }

    /// Rule 5.
    private mutating func checkSub(_ sub: CocoExtension, limit: Set<Platform>?) {
        if sub.type?.isContainer == true {
            add(
                .typesNotAllowedForSub, sub, at: "type", CocoText.typesNotAllowedForSub,
                remedy: "There are two levels only: make it an extension of its own.")
        }
        if CocoList.names.contains(where: sub.has) { refuseInSub(CocoList.names, sub) }
        if sub.has("developer") { refuseInSub(["developer"], sub) }
        if let limit, let own = sub.platforms {
            let extra = own.subtracting(limit)
            if !extra.isEmpty {
                add(
                    .subHasMorePlatforms, sub, at: "platforms", CocoText.subHasMorePlatforms(extra),
                    remedy: "Remove them here, or add them to the main extension's \"platforms\".")
            }
        }
        if sub.has("minimum_coco_version") { refuseInSub(["minimum_coco_version"], sub) }
    }

    private mutating func refuse(_ fields: [String], _ one: CocoExtension, _ type: CocoType) {
        add(.fieldsNotAllowed, one, at: fields.first(where: one.has), CocoText.fieldsNotAllowed(fields, type), remedy: removal(fields, one))
    }

    private mutating func refuseInSub(_ fields: [String], _ sub: CocoExtension) {
        add(
            .fieldsNotAllowedForSub, sub, at: fields.first(where: sub.has), CocoText.fieldsNotAllowedForSub(fields),
            remedy: removal(fields, sub))
    }

    private func removal(_ fields: [String], _ one: CocoExtension) -> String {
        "Remove \(fields.filter(one.has).map { "\"\($0)\"" }.joined(separator: ", "))."
    }

    private mutating func add(_ code: CocoCode, _ one: CocoExtension, at key: String?, _ text: String, remedy: String) {
        let sentence = one.subID.map { CocoText.ofSub($0, text) } ?? text
        notes.add(.error, code, key.map(one.pointer.appending) ?? one.pointer, sentence, remedy: remedy)
    }

    private init(notes: CocoNotes, main: CocoExtension) { (self.notes, self.main) = (notes, main) }
}
