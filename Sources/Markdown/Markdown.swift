import CMarkdown
import Glibc

/// Texts of packages as HTML (GitHub's Markdown, by cmark-gfm).
package enum Markdown {
    private static let extensions = ["table", "strikethrough", "autolink", "tagfilter"]
    /// Registering is global to the library and must happen once.
    private static let isReady: Bool = {
        cmark_gfm_core_extensions_ensure_registered()
        return true
    }()

    /// HTML without any of the text's own markup: raw HTML and addresses such as `javascript:` are left out (cmark's safe mode). Whoever shows it
    /// still builds it from known tags.
    package static func html(_ text: String) -> String {
        precondition(isReady)
        let options = CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8
        guard let parser = cmark_parser_new(options) else { return "" }
        defer { cmark_parser_free(parser) }
        for name in extensions {
            if let found = cmark_find_syntax_extension(name) { cmark_parser_attach_syntax_extension(parser, found) }
        }
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
        }
        guard let document = cmark_parser_finish(parser) else { return "" }
        defer { cmark_node_free(document) }
        guard let html = cmark_render_html(document, options, cmark_parser_get_syntax_extensions(parser)) else { return "" }
        defer { free(html) }
        return String(cString: html)
    }
}
