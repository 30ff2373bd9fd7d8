/// Work on slash-separated paths by their text alone; nothing here looks at a disk.
package enum PathText {
    /// Without `.`, `..`, doubled slashes and a slash at the end. A relative path keeps the `..` that lead out of it; empty is `.`.
    package static func cleaned(_ path: String) -> String {
        let isAbsolute = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if let last = parts.last, last != ".." {
                parts.removeLast()
            } else if !isAbsolute {
                parts.append(part)
            }
        }
        let text = parts.joined(separator: "/")
        return isAbsolute ? "/" + text : (text.isEmpty ? "." : text)
    }
}
