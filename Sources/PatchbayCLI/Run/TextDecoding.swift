/// Text of unknown age: UTF-8 where it is valid, else Latin-1, whose every byte means a letter. Decided for each text alone, since collections mix.
package enum TextDecoding {
    package static func tolerant(_ bytes: ArraySlice<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var scalars = String.UnicodeScalarView()
        for byte in bytes { scalars.append(Unicode.Scalar(byte)) }
        return String(scalars)
    }
}
