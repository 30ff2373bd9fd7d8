import CSodium
import Glibc
import PluginModel

/// What an archive's bytes must hash to: `sha512-…`, as npm's lock files and web pages write it (Subresource Integrity, W3C).
///
/// Several may stand beside each other, with blanks between; only those of the strongest kind count, and one of them must fit.
package struct Integrity: Sendable, Hashable, CustomStringConvertible {
    package enum Algorithm: String, Sendable, Hashable, CaseIterable, Comparable {
        case sha256
        case sha384
        case sha512

        var bytes: Int {
            switch self {
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        }

        package static func < (a: Algorithm, b: Algorithm) -> Bool { a.bytes < b.bytes }
    }

    package let algorithm: Algorithm
    /// At least one.
    package let digests: [[UInt8]]

    /// Reads the text of an `integrity` member. Options after `?` have no meaning yet and are left out, as the standard says.
    package init(_ text: String) throws(StoreError) {
        func malformed(_ reason: String) -> StoreError {
            .refused(
                "package.integrity-malformed", "The integrity '\(visible(text))' \(reason).",
                remedy: "Copy it whole, for example 'sha512-…' from a lock file.", turn: .caller)
        }
        guard text.utf8.count <= 4096 else { throw malformed("is longer than 4096 bytes") }
        var found: [(Algorithm, [UInt8])] = []
        for token in text.split(whereSeparator: \.isWhitespace) {
            let plain = token.prefix { $0 != "?" }
            guard let dash = plain.firstIndex(of: "-") else { throw malformed("has no '-' between the kind and the value") }
            guard let algorithm = Algorithm(rawValue: String(plain[..<dash])) else {
                throw malformed("is none of \(Algorithm.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            guard let bytes = Base64.bytes(String(plain[plain.index(after: dash)...]), count: algorithm.bytes) else {
                throw malformed("is not the base64 of \(algorithm.bytes) bytes")
            }
            found.append((algorithm, bytes))
        }
        guard let strongest = found.map(\.0).max() else { throw malformed("is empty") }
        algorithm = strongest
        digests = found.filter { $0.0 == strongest }.map(\.1)
    }

    /// The integrity of some bytes.
    package init(of bytes: [UInt8], _ algorithm: Algorithm = .sha512) {
        var hash = IntegrityHash(algorithm)
        bytes.withUnsafeBytes { hash.update($0) }
        self.algorithm = algorithm
        digests = [hash.finish()]
    }

    package var description: String { digests.map { "\(algorithm)-\(Base64.text($0))" }.joined(separator: " ") }

    func check(_ digest: [UInt8]) throws(StoreError) {
        guard digests.contains(digest) else {
            throw .refused(
                "package.integrity-mismatch",
                "The archive is not the one that was meant: its integrity is \(algorithm)-\(Base64.text(digest)), not \(visible(description)).",
                remedy: "Download it anew; if it stays so, do not install it and ask its publisher.")
        }
    }

    /// Copies a file while hashing it, so that what is unpacked afterwards is what was checked.
    func copyChecked(_ path: String, to copy: String, bytesMax: Int) throws(StoreError) {
        let source = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        var status = stat()
        guard source >= 0 else { throw .rejected(ArchiveText.unreadable(errno).finding) }
        defer { close(source) }
        guard fstat(source, &status) == 0, SmallFile.kind(mode: status.st_mode) == .file else {
            throw .rejected(ArchiveText.unreadable(EINVAL).finding)
        }
        let target = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard target >= 0 else { throw .unusable("copy the archive", copy, errno: errno) }
        defer { close(target) }
        var hash = IntegrityHash(algorithm)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var done = 0
        while true {
            let count = read(source, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .rejected(ArchiveText.unreadable(errno).finding) }
            if count == 0 { break }
            done += count
            guard done <= bytesMax else { throw .rejected(ArchiveText.archiveTooLarge(bytesMax)) }
            let block = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
            hash.update(block)
            guard writeAll(block, to: target) else { throw .unusable("copy the archive", copy, errno: errno) }
        }
        try check(hash.finish())
    }
}

/// SHA-256, SHA-384 or SHA-512 over blocks.
struct IntegrityHash {
    private let algorithm: Integrity.Algorithm
    private var short = crypto_hash_sha256_state()
    private var long = crypto_hash_sha512_state()

    init(_ algorithm: Integrity.Algorithm) {
        self.algorithm = algorithm
        crypto_hash_sha256_init(&short)
        crypto_hash_sha512_init(&long)
        // SHA-384 is SHA-512 from another beginning, cut (FIPS 180-4 § 5.3.4, 6.5); libsodium has no name for it.
        if algorithm == .sha384 {
            long.state = (
                0xcbbb_9d5d_c105_9ed8, 0x629a_292a_367c_d507, 0x9159_015a_3070_dd17, 0x152f_ecd8_f70e_5939,
                0x6733_2667_ffc0_0b31, 0x8eb4_4a87_6858_1511, 0xdb0c_2e0d_64f9_8fa7, 0x47b5_481d_befa_4fa4
            )
        }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let start = bytes.bindMemory(to: UInt8.self).baseAddress
        if algorithm == .sha256 {
            crypto_hash_sha256_update(&short, start, UInt64(bytes.count))
        } else {
            crypto_hash_sha512_update(&long, start, UInt64(bytes.count))
        }
    }

    mutating func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 64)
        if algorithm == .sha256 {
            crypto_hash_sha256_final(&short, &digest)
        } else {
            crypto_hash_sha512_final(&long, &digest)
        }
        return Array(digest.prefix(algorithm.bytes))
    }
}
