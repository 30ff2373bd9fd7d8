import Glibc
import Testing

/// Where published conformance data lies: the folder named by PATCHBAY_SHARED, or the nearest `shared` beside a folder above this file.
enum SharedFolder {
    static func path(_ below: String) -> String? {
        if let named = getenv("PATCHBAY_SHARED") {
            let path = String(cString: named) + "/" + below
            return access(path, R_OK) == 0 ? path : nil
        }
        var folder = #filePath[...]
        while let slash = folder.lastIndex(of: "/") {
            folder = folder[..<slash]
            let path = folder + "/shared/" + below
            if access(String(path), R_OK) == 0 { return String(path) }
        }
        return nil
    }

    static func bytes(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "rb"), "\(path) cannot be opened")
        defer { fclose(file) }
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let got = fread(&chunk, 1, chunk.count, file), got > 0 { all += chunk[..<got] }
        return all
    }

    static func names(in folder: String) -> [String] {
        guard let open = opendir(folder) else { return [] }
        defer { closedir(open) }
        var names: [String] = []
        while let entry = readdir(open) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self)) })
        }
        return names.sorted()
    }
}
