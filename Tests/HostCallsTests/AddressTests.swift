import HostCalls
import Testing

/// The rules on address bytes, apart from any connection.
@Suite struct AddressRulesDecide {
    struct Case: Sendable, CustomTestStringConvertible {
        let address: String
        let expected: AddressClass?

        init(_ address: String, _ expected: AddressClass?) {
            self.address = address
            self.expected = expected
        }

        var testDescription: String { "\(address): \(expected.map(\.rawValue) ?? "public")" }
    }

    static let cases = [
        Case("1.1.1.1", nil), Case("8.8.8.8", nil), Case("93.184.216.34", nil), Case("223.255.255.255", nil), Case("11.0.0.0", nil),
        Case("0.0.0.0", .unspecified), Case("0.255.255.255", .unspecified), Case("1.0.0.0", nil),
        Case("9.255.255.255", nil), Case("10.0.0.0", .privateNetwork), Case("10.255.255.255", .privateNetwork),
        Case("100.63.255.255", nil), Case("100.64.0.0", .carrierShared), Case("100.127.255.255", .carrierShared), Case("100.128.0.0", nil),
        Case("126.255.255.255", nil), Case("127.0.0.0", .loopback), Case("127.255.255.255", .loopback), Case("128.0.0.0", nil),
        Case("169.253.255.255", nil), Case("169.254.0.0", .linkLocal), Case("169.254.255.255", .linkLocal), Case("169.255.0.0", nil),
        Case("169.254.169.254", .cloudMetadata), Case("100.100.100.200", .cloudMetadata), Case("168.63.129.16", .cloudMetadata),
        Case("172.15.255.255", nil), Case("172.16.0.0", .privateNetwork), Case("172.31.255.255", .privateNetwork), Case("172.32.0.0", nil),
        Case("192.0.0.0", .protocolAssignment), Case("192.0.0.192", .cloudMetadata), Case("192.0.1.0", nil),
        Case("192.0.2.1", .documentation), Case("192.88.99.1", .tunnel), Case("192.167.255.255", nil),
        Case("192.168.0.0", .privateNetwork), Case("192.168.255.255", .privateNetwork), Case("192.169.0.0", nil),
        Case("198.17.255.255", nil), Case("198.18.0.0", .benchmarking), Case("198.19.255.255", .benchmarking), Case("198.20.0.0", nil),
        Case("198.51.100.7", .documentation), Case("203.0.113.7", .documentation),
        Case("224.0.0.0", .multicast), Case("239.255.255.255", .multicast), Case("240.0.0.0", .reserved),
        Case("255.255.255.255", .reserved),
        Case("2606:4700:4700::1111", nil), Case("2a00:1450:4001::200e", nil), Case("3ffe::1", nil),
        Case("::", .unspecified), Case("::1", .loopback), Case("::2", .tunnel), Case("::127.0.0.1", .tunnel), Case("::8.8.8.8", .tunnel),
        Case("::ffff:127.0.0.1", .loopback), Case("::ffff:10.0.0.1", .privateNetwork), Case("::ffff:8.8.8.8", nil),
        Case("::ffff:0:127.0.0.1", .notGlobal), Case("64:ff9b::127.0.0.1", .loopback), Case("64:ff9b::169.254.169.254", .cloudMetadata),
        Case("64:ff9b::8.8.8.8", nil), Case("64:ff9b:1::8.8.8.8", .tunnel), Case("64:ff9b:0:0:1::8.8.8.8", .notGlobal),
        Case("100::1", .notGlobal), Case("2001::1", .tunnel), Case("2001:0:7f00:1::", .tunnel), Case("2001:2::1", .benchmarking),
        Case("2001:10::1", .protocolAssignment), Case("2001:1ff:ffff::1", .protocolAssignment), Case("2001:200::1", nil),
        Case("2001:db8::1", .documentation), Case("2002:7f00:1::1", .tunnel), Case("2002:808:808::1", .tunnel),
        Case("3fff::1", .documentation),
        Case("fc00::1", .privateNetwork), Case("fdff::1", .privateNetwork), Case("fd00:ec2::254", .cloudMetadata),
        Case("fe80::1", .linkLocal), Case("febf::1", .linkLocal), Case("fec0::1", .siteLocal), Case("ff02::1", .multicast),
        Case("2a00::5efe:10.0.0.1", .tunnel), Case("2a00::200:5efe:10.0.0.1", .tunnel), Case("4000::1", .notGlobal),
        Case("5f00::1", .notGlobal),
        Case("1fff::1", .notGlobal), Case("abcd::1", .notGlobal),
    ]

    @Test(arguments: cases) func whereAnAddressLeads(_ c: Case) throws {
        let address = try #require(IPAddress(c.address))
        #expect(AddressRules.classify(address) == c.expected)
    }

    @Test(arguments: ["127.1", "0x7f.0.0.1", "2130706433", "[::1]", "fe80::1%lo", "1.2.3.4.5", "", " 1.2.3.4", "01.2.3.4"])
    func otherSpellingsAreNoAddressHere(_ text: String) { #expect(IPAddress(text) == nil) }

    @Test func bytesAndTextAgree() throws {
        for text in ["1.2.3.4", "::1", "2001:db8::a:0:0:1", "fe80::1"] {
            let address = try #require(IPAddress(text))
            #expect(address.description == text)
            #expect(IPAddress(bytes: address.bytes) == address)
        }
        #expect(IPAddress(bytes: [1, 2, 3]) == nil)
        #expect(IPAddress(bytes: [UInt8](repeating: 0, count: 17)) == nil)
    }
}
