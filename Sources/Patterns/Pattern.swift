import CPCRE2

/// A compiled regular expression of ECMAScript.
///
/// `@unchecked Sendable`: the compiled code is written by `init` alone and freed by `deinit`; PCRE2 only reads it while matching
/// (pcre2api § Multithreading), and what a match writes lies in the `PatternMatcher` of its caller.
package final class Pattern: @unchecked Sendable {
    /// As its author wrote it.
    package let source: String
    /// As PCRE2 reads it.
    let translated: String
    let code: OpaquePointer
    /// What `compile` is told beside the text.
    let options: UInt32

    /// Groups in groups in a pattern, lest compiling it overflows the stack.
    private static let groupDepthMax: UInt32 = 100

    /// Callouts with this number ask whether there is time left.
    static let watchCallout = "(?C1)"

    /// - Parameter ignoringCase: As ECMAScript's flag `i`: by Unicode's simple case folding.
    package init(_ source: String, ignoringCase: Bool = false) throws(PatternError) {
        self.source = source
        options = ignoringCase ? PCRE2_CASELESS : 0
        guard source.utf8.count <= PatternLimits.patternBytesMax else {
            throw PatternError(message: "It has more than \(PatternLimits.patternBytesMax) bytes.")
        }
        translated = try ECMAPattern.translated(source)
        let first = try Self.compile(translated, extra: options)
        var compiled: UInt32 = 0
        pcre2_pattern_info_8(first, UInt32(PCRE2_INFO_ALLOPTIONS), &compiled)
        if compiled & PCRE2_ANCHORED != 0 {
            code = first
        } else {
            // PCRE2 counts backtracks anew from each place a match may start at, so a match that may start anywhere is watched there.
            pcre2_code_free_8(first)
            code = try Self.compile("\(Self.watchCallout)(?:\(translated))", extra: options)
        }
        // Where there is no compiler for this machine, or no executable memory, matching is interpreted.
        pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
    }

    deinit { pcre2_code_free_8(code) }

    /// About what it takes in memory, what was compiled for the machine included: groups that repeat may make it large.
    package var memoryBytes: Int {
        var (code, machine) = (0, 0)
        pcre2_pattern_info_8(self.code, UInt32(PCRE2_INFO_SIZE), &code)
        pcre2_pattern_info_8(self.code, UInt32(PCRE2_INFO_JITSIZE), &machine)
        return code + machine + source.utf8.count + translated.utf8.count
    }

    static func compile(_ pattern: String, extra: UInt32 = 0) throws(PatternError) -> OpaquePointer {
        let context = pcre2_compile_context_create_8(nil)
        defer { pcre2_compile_context_free_8(context) }
        pcre2_set_parens_nest_limit_8(context, groupDepthMax)
        let options =
            PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C | extra
        var number: Int32 = 0
        var place = 0
        var pattern = pattern
        let code = pattern.withUTF8 { bytes in
            // PCRE2 wants an address even for a pattern of no length.
            bytes.baseAddress.map { pcre2_compile_8($0, bytes.count, options, &number, &place, context) }
                ?? withUnsafePointer(to: 0 as UInt8) {
                    pcre2_compile_8($0, 0, options, &number, &place, context)
                }
        }
        guard let code else { throw PatternError(message: reason(number)) }
        return code
    }

    private static func reason(_ number: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(number, &buffer, buffer.count)
        return "It cannot be read: \(String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self))."
    }
}
