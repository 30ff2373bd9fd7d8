/// Answers with files of a folder: type by name, ETag by size and time, one range, never what lies outside or begins with a dot.
package struct StaticFiles: Sendable {
    package let folder: String
    /// For every file; `immutable` ones carry their hash in their names.
    package var cacheControl: String
    /// What is answered for a folder's path, and, with `fallsBack`, for paths without a file.
    package var index: String?
    package var fallsBack: Bool
    package var headers: HTTPHeaders

    package init(
        folder: String, cacheControl: String = "no-cache", index: String? = "index.html", fallsBack: Bool = false,
        headers: HTTPHeaders = HTTPHeaders()
    ) {
        self.folder = folder
        self.cacheControl = cacheControl
        self.index = index
        self.fallsBack = fallsBack
        self.headers = headers
    }

    /// The file at these segments below the folder, for a GET or HEAD.
    package func response(to request: HTTPRequest, segments: some Sequence<String>) async throws -> HTTPResponse {
        var segments = Array(segments)
        if segments.last == "" || segments.isEmpty, let index { segments = segments.dropLast() + [index] }
        guard segments.allSatisfy(Self.isName) else { throw ProblemDocument.notFound(request.path) }
        let paths = [segments] + (fallsBack ? [[index].compactMap(\.self)] : [])
        for path in paths where !path.isEmpty {
            let full = "\(folder)/\(path.joined(separator: "/"))"
            let file = try await BlockingLane.files.run { Self.hasNoLinks(folder, path) ? OpenFile(path: full) : nil }
            if let file { return self.response(to: request, file, type: MediaType.of(fileName: path.last ?? "")) }
        }
        throw ProblemDocument.notFound(request.path)
    }

    /// No dots at the beginning, which takes out `..` and what is hidden; nothing that another system would read as a separator.
    private static func isName(_ segment: String) -> Bool {
        !segment.isEmpty && segment.first != "."
            && !segment.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 == 0 }
    }

    /// Whether the folders on the way are folders and no links. Whoever may put links into the folder may also win a race here, and could
    /// put the file itself there.
    private static func hasNoLinks(_ folder: String, _ path: [String]) -> Bool {
        var place = folder
        for part in path.dropLast() {
            place += "/\(part)"
            if !FileFacts.isFolder(place) { return false }
        }
        return true
    }

    private func response(to request: HTTPRequest, _ file: OpenFile, type: String) -> HTTPResponse {
        let tag = "\"\(String(file.byteCount, radix: 36))-\(String(file.modified, radix: 36))-\(String(file.nanoseconds, radix: 36))\""
        var response = HTTPResponse(headers: headers)
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = cacheControl
        response.headers["X-Content-Type-Options"] = "nosniff"
        if let known = request.headers["if-none-match"], Self.names(known, tag) {
            response.status = .notModified
            return response
        }
        response.headers["Content-Type"] = type
        response.headers["Accept-Ranges"] = "bytes"
        var part = 0..<file.byteCount
        if let wanted = request.headers["range"], request.headers["if-range"].map({ $0 == tag }) ?? true {
            switch ByteRange.parse(wanted, of: file.byteCount) {
            case .whole: break
            case .part(let range):
                part = range
                response.status = .partialContent
                response.headers["Content-Range"] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.byteCount)"
            case .none:
                var problem = ProblemDocument.badRange
                problem.headers["Content-Range"] = "bytes */\(file.byteCount)"
                return problem.about(request).response
            }
        }
        response.body = .file(file, part)
        return response
    }

    private static func names(_ list: String, _ tag: String) -> Bool {
        list.split(separator: ",").contains { part in
            let part = part.drop { $0 == " " }.prefix { $0 != " " }
            return part == "*" || part == tag || part == "W/\(tag)"
        }
    }
}
