import JSON
import Testing

@testable import JSONSchema

struct FormatCase: Sendable, CustomTestStringConvertible {
    let format: Format
    let good: [String]
    let bad: [String]
    var testDescription: String { format.rawValue }
}

struct FormatTests {
    static let cases = [
        FormatCase(
            format: .dateTime,
            good: ["1985-04-12T23:20:50.52Z", "1996-12-19t16:39:57-08:00", "1990-12-31T23:59:60Z", "1998-12-31T15:59:60.1-08:00"],
            bad: [
                "1998-12-31T23:58:60Z", "1963-06-19T08:30:06.Z", "1990-02-31T15:59:59-08:00", "2013-350T01:01:01", "",
                "1963-06-1৪T00:00:00Z",
            ]),
        FormatCase(
            format: .date, good: ["2020-02-29", "2000-02-29"],
            bad: ["2021-02-29", "1900-02-29", "2020-13-01", "20-1-1", "2020-04-31", "2020-01-01Z"]),
        FormatCase(
            format: .time, good: ["08:30:06Z", "23:59:60Z", "23:20:50.52+00:20"],
            bad: ["08:30:06", "24:00:00Z", "08:30:06-8:00", "22:59:60Z", "1:1:1Z"]),
        FormatCase(
            format: .email, good: ["joe@example.com", "\"joe b\"@example.com", "a.b+c@[127.0.0.1]", "te~st@example.com"],
            bad: ["2962", ".a@b", "a..b@c", "a@", "@a", "a@-b"]),
        FormatCase(
            format: .uri, good: ["http://foo.bar/?baz=qux#quux", "urn:oasis:names", "ldap://[2001:db8::7]/c=GB?one", "mailto:a@b.test"],
            bad: ["//foo.bar", "abc", "http:// x", "http://a.test/%zz", "http://a.test/[x]", "http://a:b/", "a\\b:c"]),
        FormatCase(format: .uriReference, good: ["//foo.bar", "abc", "#frag", "", "/a/b?c"], bad: ["\\\\share", "#a\\b", "a b", "1:2"]),
        FormatCase(
            format: .uuid, good: ["2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2EB8AA08-AA98-11EA-B4AA-73B441D16380"],
            bad: ["2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638g", "2eb8aa08-aa98-11ea-b4aa73b441d16380x"]),
        FormatCase(
            format: .ipv4, good: ["192.168.0.1", "0.0.0.0"], bad: ["256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.x", "1..2.3"]),
        FormatCase(
            format: .ipv6, good: ["::1", "::", "1::", "::ffff:192.168.0.1", "1:2:3:4:5:6:7:8", "1::8"],
            bad: ["12345::", ":1", "1:", "::1::", "1:2:3:4:5:6:7:8:9", ":::", "1:2:3:4:5:6:7", "::1.2.3", "fe80::a%eth1"]),
        FormatCase(
            format: .hostname, good: ["www.example.com", "a", "1host"], bad: ["-a", "a-", "a..b", "a_b", "", "actually.\u{e9}", "a."]),
        FormatCase(format: .regex, good: ["^a$"], bad: ["^(abc]", "\\Z"]),
    ]

    @Test(arguments: cases)
    func `a format takes what it should and nothing else`(_ c: FormatCase) {
        for text in c.good { #expect(c.format.holds(text), "\(text)") }
        for text in c.bad { #expect(!c.format.holds(text), "\(text)") }
    }

    @Test func `every format has cases`() { #expect(Set(Self.cases.map(\.format)) == Set(Format.allCases)) }
}

struct URIReferenceTests {
    /// RFC 3986 § 5.4, against `http://a/b/c/d;p?q`.
    @Test(arguments: [
        ("g:h", "g:h"), ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
        ("//g", "http://g"),
        ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"), ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"),
        ("..", "http://a/b/"),
        ("../g", "http://a/b/g"), ("../..", "http://a/"), ("../../g", "http://a/g"), ("../../../g", "http://a/g"), ("/./g", "http://a/g"),
        ("/../g", "http://a/g"), ("g.", "http://a/b/c/g."), ("..g", "http://a/b/c/..g"), ("./../g", "http://a/b/g"),
        ("g;x=1/../y", "http://a/b/c/y"),
    ])
    func `references are resolved as the standard shows`(_ reference: String, _ expected: String) {
        #expect(URIReference(reference).resolved(against: URIReference("http://a/b/c/d;p?q")).withoutFragment == expected)
    }

    @Test func `fragments are decoded`() {
        #expect(URIReference("#/a%25b%20c").decodedFragment == "/a%b c")
        #expect(URIReference("urn:x#%zz%").decodedFragment == "%zz%")
        #expect(URIReference("http://a").decodedFragment == "")
    }
}
