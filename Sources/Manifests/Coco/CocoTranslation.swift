import JSON
import PluginModel

/// Turns a decoded extension into the hub's own manifest, and looks at the files it names on the way.
struct CocoTranslation {
    let files: any PackageFiles
    /// The `developer.json` of the folder above.
    let developerFile: [UInt8]?
    /// As it stands in the file: nothing is left out yet.
    let main: CocoExtension
    var notes: CocoNotes
    /// What each icon's text turned out to be, so that nothing is looked up twice.
    var icons: [String: CocoIcon] = [:]
    var screenshots: [Screenshot] = []

    init(files: any PackageFiles, developerFile: [UInt8]?, main: CocoExtension, notes: CocoNotes) {
        (self.files, self.developerFile, self.main, self.notes) = (files, developerFile, main, notes)
    }

    /// Section 7, rule 4, and the manifest of what is left; nil where the extension does not run on the platform, or has an error.
    mutating func manifest(
        identity: CocoIdentity?, shape: CocoShape, engine: EngineRequirement?, version: String?, options: ReadingOptions
    ) -> PluginManifest? {
        for one in [main] + main.subs { noteUnsupportedType(one) }
        if let platform = options.platform, let own = main.platforms, !own.contains(platform) {
            notes.add(
                .error, .incompatiblePlatform, JSONPointer(["platforms"]), CocoText.incompatiblePlatform(platform, own),
                remedy: "Use it on one of the platforms it names.")
        }
        let publisher = publisher(identity, shape)
        guard !notes.hasErrors, let identity, let id = identity.pluginID else { return nil }
        var manifest = PluginManifest(format: .coco, id: id, upstreamID: identity.address, name: main.name ?? identity.id)
        manifest.dialect = shape.dialect
        manifest.version = version
        manifest.publisher = publisher
        manifest.contributors = CocoDeveloper.contributors(main.object["contributors"])
        manifest.description = main.description
        manifest.category = main.object["category"]?.stringValue
        manifest.tags = main.object["tags"]?.arrayValue?.compactMap(\.stringValue) ?? []
        manifest.icon = icons[main.icon ?? ""]?.image
        manifest.screenshots = screenshots
        manifest.platforms = main.platforms
        manifest.engine = engine
        manifest.initialState = main.state
        let url = main.object["url"]
        manifest.sourceURL = url?["code"]?.stringValue.flatMap { CocoWeb.isAddress($0) ? $0 : nil }
        manifest.homepageURL = url?.stringValue.flatMap { CocoWeb.isAddress($0) ? $0 : nil }
        let kept = [main] + subs(on: options.platform)
        manifest.contributions = kept.compactMap { contribution($0, id: $0.subID ?? identity.id) }
        manifest.permissions = CocoRights.requests(of: kept)
        return manifest
    }

    private mutating func publisher(_ identity: CocoIdentity?, _ shape: CocoShape) -> Publisher? {
        guard let identity else { return nil }
        if shape == .store, let developer = main.object["developer"]?.objectValue {
            return CocoDeveloper.publisher(of: identity, in: developer)
        }
        return CocoDeveloper.publisher(of: identity, file: developerFile, &notes)
    }

    private mutating func noteUnsupportedType(_ one: CocoExtension) {
        guard let type = one.type, !type.isSupported else { return }
        let text = "The type '\(type.rawValue)' is not supported, so this is not listed."
        notes.add(
            .notice, .unsupportedType, one.pointer.appending("type"), one.subID.map { "Sub-extension '\(visible($0))': \(text)" } ?? text)
    }

    /// The sub-extensions that run on a platform; where they name none, the main extension's count, which is known to fit.
    private mutating func subs(on platform: Platform?) -> [CocoExtension] {
        let all = main.subs
        guard let platform else { return all }
        let kept = all.filter { $0.runs(on: platform) }
        if kept.count < all.count {
            let left = all.filter { !$0.runs(on: platform) }.map { "'\(visible($0.subID ?? ""))'" }
            let named = left.prefix(20).joined(separator: ", ") + (left.count > 20 ? ", …" : "")
            notes.add(
                .notice, .otherPlatform, JSONPointer(),
                "\(left.count) of \(all.count) sub-extensions do not run on \(CocoText.title(platform)) and are left out: \(named).")
        }
        return kept
    }

    private func contribution(_ one: CocoExtension, id: String) -> Contribution? {
        let kind: Contribution.Kind
        let detail: Contribution.Detail
        switch one.type {
        case .command:
            guard let action = one.action else { return nil }
            kind = .command
            detail = .command(
                Contribution.Command(
                    program: action.program, arguments: action.arguments, hidesBeforeOpening: one.hidesBeforeOpening ?? true))
        case .view:
            guard let view = view(one) else { return nil }
            kind = .view
            detail = .view(view)
        case .quicklink:
            guard let link = one.quicklink else { return nil }
            kind = .quicklink
            detail = .quicklink(
                Contribution.Quicklink(
                    link: link.text, parts: link.parts, opensWith: link.opensWith, hidesBeforeOpening: one.hidesBeforeOpening ?? false))
        default: return nil
        }
        var contribution = Contribution(
            kind, id: id, title: one.name ?? id, description: one.description, icon: icons[one.icon ?? ""]?.image, platforms: one.platforms,
            detail: detail, group: one.subID == nil ? nil : main.name, initialState: one.state, origin: one.pointer)
        contribution.groupCountsInSearch = one.subID != nil && main.type == .extension
        return contribution
    }

    private func view(_ one: CocoExtension) -> Contribution.View? {
        guard let page = one.page, let source = CocoPage.source(page) else { return nil }
        var view = Contribution.View(source: source)
        view.hidesBeforeOpening = one.hidesBeforeOpening ?? false
        guard let ui = one.ui else { return view }
        if let width = ui.width, let height = ui.height { view.size = Contribution.View.Size(width: width, height: height) }
        (view.showsSearchBar, view.showsFilterBar, view.showsFooter) = (ui.showsSearchBar, ui.showsFilterBar, ui.showsFooter)
        (view.hidesScrollbar, view.isResizable, view.isDetachable) = (ui.hidesScrollbar, ui.isResizable, ui.isDetachable)
        return view
    }
}
