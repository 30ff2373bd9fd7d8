import Glibc
import PluginModel
import Testing

@testable import PluginPackages

struct AssetCase: Sendable, CustomTestStringConvertible {
    let path: String
    /// Nil: it is not served.
    let type: String?
    var testDescription: String { path }
}

@Suite struct AssetsTests {
    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder([
            "p/index.html": "<p>", "p/lib/a.js": "1", "p/lib/b.mjs": "1", "p/app.wasm": "", "p/logo.svg": "<svg/>", "p/DATA.JSON": "{}",
            "p/a.css": "",
            "p/a.png": "", "p/a.map": "", "p/a.woff2": "", "p/note.txt": "", "p/.env": "secret", "p/.hidden/a.js": "",
            "p/lib/.npmrc.json": "",
            "p/run.sh": "", "p/none": "", "secret.txt": "secret", "p/a.php": "",
        ])
        try folder.link("p/link.txt", to: "../secret.txt")
        try folder.link("p/up", to: "..")
        try folder.link("p/good.js", to: "lib/a.js")
        try folder.link("p/env.txt", to: ".env")
        try folder.link("p/script.txt", to: "lib/a.js")
        #expect(mkfifo("\(folder.path)/p/pipe.js", 0o600) == 0)
        return folder
    }

    @Test(
        "only files of the package, of known kinds, and not hidden are served",
        arguments: [
            AssetCase(path: "index.html", type: "text/html; charset=utf-8"),
            AssetCase(path: "lib/a.js", type: "text/javascript; charset=utf-8"),
            AssetCase(path: "lib/b.mjs", type: "text/javascript; charset=utf-8"), AssetCase(path: "app.wasm", type: "application/wasm"),
            AssetCase(path: "logo.svg", type: "image/svg+xml"), AssetCase(path: "DATA.JSON", type: "application/json"),
            AssetCase(path: "a.css", type: "text/css; charset=utf-8"), AssetCase(path: "a.png", type: "image/png"),
            AssetCase(path: "a.map", type: "application/json"), AssetCase(path: "a.woff2", type: "font/woff2"),
            AssetCase(path: "note.txt", type: "text/plain; charset=utf-8"),
            AssetCase(path: "good.js", type: "text/javascript; charset=utf-8"),
            AssetCase(path: ".env", type: nil), AssetCase(path: ".hidden/a.js", type: nil), AssetCase(path: "lib/.npmrc.json", type: nil),
            AssetCase(path: "run.sh", type: nil), AssetCase(path: "none", type: nil), AssetCase(path: "a.php", type: nil),
            AssetCase(path: "link.txt", type: nil), AssetCase(path: "up/secret.txt", type: nil),
            AssetCase(path: "up/p/note.txt", type: nil),
            AssetCase(path: "env.txt", type: nil), AssetCase(path: "script.txt", type: nil), AssetCase(path: "../secret.txt", type: nil),
            AssetCase(path: "lib/../note.txt", type: nil), AssetCase(path: "./note.txt", type: nil),
            AssetCase(path: "/etc/passwd", type: nil),
            AssetCase(path: "//note.txt", type: nil), AssetCase(path: "lib//a.js", type: nil), AssetCase(path: "lib\\a.js", type: nil),
            AssetCase(path: "note.txt/", type: nil), AssetCase(path: "note.txt\u{0}.png", type: nil), AssetCase(path: "", type: nil),
            AssetCase(path: "lib", type: nil), AssetCase(path: "pipe.js", type: nil), AssetCase(path: "missing.js", type: nil),
            AssetCase(path: "..%2fsecret.txt", type: nil),
        ])
    func served(_ c: AssetCase) throws {
        let folder = try folder()
        do throws(StoreError) {
            let asset = try PackageAssets(folder: "\(folder.path)/p").asset(c.path)
            #expect(asset.contentType == c.type)
            #expect(asset.headers.contains { $0.name == "x-content-type-options" && $0.value == "nosniff" })
            let policy = asset.headers.first { $0.name == "content-security-policy" }?.value
            #expect(policy == (c.path.hasSuffix(".svg") ? "sandbox; default-src 'none'; style-src 'unsafe-inline'" : nil))
            #expect(asset.etag.hasPrefix("\"") && asset.etag.utf8.count == 34)
        } catch {
            #expect(c.type == nil && error.fault.code == "package.no-such-asset")
            #expect(!error.fault.description.contains(folder.path))
        }
    }

    @Test(
        "an SVG that is more than a picture is no logo",
        arguments: [
            "<svg><script>1</script></svg>", "<svg onload=\"a()\"/>", "<svg\nONLOAD = 'a()'/>", "<svg><a href='javascript:a()'/></svg>",
            "<svg><a href='&#106;avascript:a()'/></svg>", "<svg><foreignObject/></svg>", "<svg:svg><svg:script/></svg:svg>",
            "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", "<svg><image href='https://spy.test/a.png'/></svg>",
            "<svg><style>@import url(//spy.test)</style></svg>", "<svg><rect style=\"fill:url(https://spy.test)\"/></svg>",
            "<svg><use xlink:href=\"//spy.test/a.svg\"/></svg>", "<svg><set attributeName='href' to='x'/></svg>", "<svg/onload=a()>",
            "<svg \u{0}/>",
        ])
    func activeLogos(_ text: String) throws {
        let folder = try TemporaryFolder()
        try SmallFile.write(Array(text.utf8), toNew: "\(folder.path)/logo.svg")
        do throws(StoreError) {
            _ = try PackageAssets(folder: folder.path).logo("logo.svg")
            Issue.record("it is shown")
        } catch {
            #expect(error.fault.code == "package.active-svg")
        }
    }

    @Test("plain pictures are logos, other files are not")
    func logos() throws {
        let folder = try TemporaryFolder([
            "a.svg":
                "<?xml version=\"1.0\"?><!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"svg11.dtd\"><svg xmlns=\"http://www.w3.org/2000/svg\"><title>On one</title><path fill=\"url(#g)\"/></svg>",
            "a.png": "x", "a.html": "x",
        ])
        let assets = PackageAssets(folder: folder.path)
        #expect(try assets.logo("a.svg").contentType == "image/svg+xml")
        #expect(try assets.logo("a.png").bytes == Array("x".utf8))
        #expect(throws: StoreError.self) { try assets.logo("a.html") }
        #expect(throws: StoreError.self) { try assets.logo("missing.png") }
    }

    @Test("an etag follows the bytes")
    func etags() throws {
        let folder = try TemporaryFolder(["a.js": "1", "b.js": "1", "c.js": "2"])
        let assets = PackageAssets(folder: folder.path)
        #expect(try assets.asset("a.js").etag == assets.asset("b.js").etag)
        #expect(try assets.asset("a.js").etag != assets.asset("c.js").etag)
    }
}
