import Glibc
import Manifests
import PluginModel

/// A file of a package, ready to be sent to a browser.
package struct PackageAsset: Sendable, Hashable {
    package let bytes: [UInt8]
    package let contentType: String
    /// Quoted, strong: 32 digits of the hash of the bytes.
    package let etag: String
    /// Names in lower case, without `content-type`, `content-length` and `etag`.
    package let headers: [Header]

    package struct Header: Sendable, Hashable {
        package let name: String
        package let value: String
    }
}

/// The files of one package's folder, as far as a browser may have them.
///
/// Nothing outside the folder is ever read, also not through symlinks; nothing whose name begins with a dot; nothing of a kind that is not in the
/// table. Every answer carries `nosniff`. An SVG may hold scripts, so it is sent with a policy under which nothing in it runs or loads.
package struct PackageAssets: Sendable, Hashable {
    /// Bytes of one file.
    package static let bytesMax = 16 << 20
    /// Bytes of a logo or an icon.
    package static let logoBytesMax = 2 << 20

    package static let contentTypes = [
        "js": "text/javascript; charset=utf-8", "mjs": "text/javascript; charset=utf-8", "wasm": "application/wasm", "svg": "image/svg+xml",
        "json": "application/json", "map": "application/json", "css": "text/css; charset=utf-8", "html": "text/html; charset=utf-8",
        "htm": "text/html; charset=utf-8", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
        "webp": "image/webp",
        "avif": "image/avif", "ico": "image/x-icon", "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf",
        "txt": "text/plain; charset=utf-8", "md": "text/plain; charset=utf-8", "mp3": "audio/mpeg", "mp4": "video/mp4",
        "webm": "video/webm",
    ]
    package static let logoEndings = ["png", "jpg", "jpeg", "gif", "webp", "ico", "svg"]
    package static let svgPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'"

    /// The package's folder.
    package let folder: String

    package init(folder: String) { self.folder = folder }

    /// A file by its path in the package. Everything that may not be had is `package.no-such-asset`: a stranger learns no reason.
    package func asset(_ path: String) throws(StoreError) -> PackageAsset { try read(path, bytesMax: Self.bytesMax) }

    /// A picture that the hub shows among its own: no SVG that could do more than be looked at.
    package func logo(_ path: String) throws(StoreError) -> PackageAsset {
        let ending = Paths.fileExtension(path).lowercased()
        guard Self.logoEndings.contains(ending) else {
            throw .rejected(
                Finding(
                    .error, code: "package.logo-type", place: .file(visible(path)), "A logo is a picture.",
                    remedy: "Use one of \(Self.logoEndings.joined(separator: ", "))."))
        }
        let asset = try read(path, bytesMax: Self.logoBytesMax)
        if ending == "svg", let reason = SVGCheck.activeContent(asset.bytes) {
            throw .rejected(
                Finding(
                    .error, code: "package.active-svg", place: .file(visible(path)), "This picture is not shown: it holds \(reason).",
                    remedy: "Export it as plain SVG, or use PNG."))
        }
        return asset
    }

    private func read(_ path: String, bytesMax: Int) throws(StoreError) -> PackageAsset {
        let none = StoreError.refused(
            "package.no-such-asset", "The package has no file '\(visible(path))' that is served.", remedy: "Check the path.", turn: .caller)
        // A path of a request is not repaired: '..' in it is nobody's mistake.
        guard let plain = try? RelativePath(path), plain.text == path, !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }),
            let type = Self.contentTypes[plain.fileExtension.lowercased()], let package = try? BeneathFolder(folder)
        else { throw none }
        let opened: Int32
        do { opened = try package.open(path) } catch { throw none }
        defer { close(opened) }
        // What a link leads to is judged as well: inside the package, but perhaps a hidden file, or one of another kind.
        if let real = Paths.real("/proc/self/fd/\(opened)") {
            guard Paths.isInside(real, package.path), real != package.path else { throw none }
            let inside = Paths.relative(real, to: package.path)
            guard !inside.split(separator: "/").contains(where: { $0.hasPrefix(".") }),
                Self.contentTypes[Paths.fileExtension(inside).lowercased()] == type
            else { throw none }
        }
        let bytes: [UInt8]
        do { bytes = try BeneathFolder.bytes(of: opened, bytesMax: bytesMax) } catch {
            guard case .tooLarge = error else { throw none }
            throw .refused(
                "package.asset-too-large", "The file '\(visible(path))' is larger than \(bytesMax) bytes.", remedy: "Ship a smaller one.",
                turn: .plugin)
        }
        var headers = [
            PackageAsset.Header(name: "x-content-type-options", value: "nosniff"),
            PackageAsset.Header(name: "cross-origin-resource-policy", value: "same-site"),
        ]
        if type == Self.contentTypes["svg"] { headers.append(PackageAsset.Header(name: "content-security-policy", value: Self.svgPolicy)) }
        return PackageAsset(
            bytes: bytes, contentType: type, etag: "\"\(ContentListing.hash(of: bytes).prefix(32))\"", headers: headers)
    }
}

/// Looks for what makes an SVG more than a picture. A second wall: the first is the policy it is served with.
enum SVGCheck {
    /// What was found, to stand after "it holds"; nil for a plain picture. Works on text, and so refuses what it cannot read as UTF-8.
    static func activeContent(_ bytes: [UInt8]) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self)?.lowercased(), !bytes.contains(0) else {
            return "bytes that are not UTF-8"
        }
        let parts = [
            ("<script", "a script"), ("<foreignobject", "a foreign object"), ("<iframe", "a frame"), ("<embed", "an embedded object"),
            ("<object", "an embedded object"), ("<handler", "a handler"), ("<!entity", "an entity"),
            ("javascript:", "a script's address"), ("data:text", "a page as an address"), ("<?xml-stylesheet", "a style sheet's address"),
            ("@import", "a style sheet's address"), (":script", "a script"), (":foreignobject", "a foreign object"),
            ("<set", "an animation"), ("<animate", "an animation"),
        ]
        for (part, what) in parts where text.contains(part) { return what }
        if let entity = text.firstRange(of: "&#"), text[entity.lowerBound...].contains(";") { return "characters written by their numbers" }
        // ` onload=`, `"onload =`, `/onload=`: a letter run that begins with "on" after something that can stand before an attribute.
        if text.contains(#/[\s"'\/]on[a-z]+\s*=/#) { return "an event's handler" }
        if text.contains(#/(?:href|src)\s*=\s*["']?\s*(?:https?:)?\/\//#) || text.contains(#/url\(\s*["']?\s*(?:https?:)?\/\//#) {
            return "an address outside the package"
        }
        return nil
    }
}
