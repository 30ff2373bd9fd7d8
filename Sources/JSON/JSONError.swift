/// Why a text is not JSON that we take, and where.
///
/// Codes: `json.empty`, `json.syntax`, `json.unfinished`, `json.trailing`, `json.number`, `json.number-range`, `json.string`,
/// `json.surrogate`, `json.utf8`, `json.depth`, `json.size`, `json.duplicate-key`.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    public let code: String
    /// A plain sentence without place and without the input's own secrets: at most a member name or a single character is quoted.
    public let message: String
    /// Counted from 1, in lines ended by LF.
    public let line: Int
    /// Counted from 1, in code points.
    public let column: Int
    /// Bytes before the fault.
    public let offset: Int
    /// The innermost value being read.
    public let pointer: JSONPointer

    public init(code: String, message: String, line: Int, column: Int, offset: Int, pointer: JSONPointer = JSONPointer()) {
        self.code = code
        self.message = message
        self.line = line
        self.column = column
        self.offset = offset
        self.pointer = pointer
    }

    public var description: String { "\(code): \(message) (line \(line), column \(column))" }
}

/// How large and how deep a document may be, and how its doubtful places are read.
public struct JSONLimits: Sendable, Hashable {
    /// What happens when a key stands twice in an object.
    public enum DuplicateKeys: Sendable, Hashable {
        /// As ECMAScript's `JSON.parse` does: the value of the last, at the place of the first.
        case lastWins
        case reject
    }

    /// What happens to an escaped half of a surrogate pair, which no UTF-8 text can hold.
    public enum LoneSurrogates: Sendable, Hashable {
        case reject
        /// Each becomes U+FFFD, as `String.prototype.toWellFormed` does: for text made by scripts, where such halves are legal.
        case replace
    }

    /// The deepest `depthMax` that is honoured; higher ones are lowered to it. Building, writing, comparing and freeing a tree recurse by
    /// its depth: at most 270 bytes of stack a level in a release build, so 270 KiB here (in a debug build, five times that).
    public static let depthCeiling = 1024

    /// In bytes.
    public var bytesMax: Int
    /// How many arrays and objects may be open at once.
    public var depthMax: Int
    public var duplicateKeys: DuplicateKeys
    public var loneSurrogates: LoneSurrogates

    public init(
        bytesMax: Int = 16 * 1024 * 1024, depthMax: Int = 512, duplicateKeys: DuplicateKeys = .lastWins,
        loneSurrogates: LoneSurrogates = .reject
    ) {
        self.bytesMax = bytesMax
        self.depthMax = depthMax
        self.duplicateKeys = duplicateKeys
        self.loneSurrogates = loneSurrogates
    }

    /// 16 MiB, 512 deep, last key wins, lone surrogates refused.
    public static let `default` = JSONLimits()
}
