import CSandbox
import Glibc
import Testing

/// The system call filter, walked through without a kernel: the very program that workers load, on every call number.
@Suite struct FilterTests {
    // <linux/seccomp.h> and <linux/audit.h>; the C macros are out of Swift's sight.
    static let allow: UInt32 = 0x7fff_0000
    static let killProcess: UInt32 = 0x8000_0000
    static func refuse(_ error: Int32) -> UInt32 { 0x0005_0000 | UInt32(error) }
    static let i386: UInt32 = 0x4000_0003
    static let arm64: UInt32 = 0xc000_00b7

    static let ownPid: Int32 = 4321

    static func decide(_ number: Int, _ arguments: [UInt64] = [], architecture: UInt32 = pb_seccomp_native_architecture()) -> UInt32 {
        let six = arguments + Array(repeating: 0, count: 6 - arguments.count)
        return pb_seccomp_decide(architecture, Int32(truncatingIfNeeded: number), six, ownPid)
    }

    /// What pthread_create passes to clone, as strace prints it: CLONE_VM|FS|FILES|SIGHAND|THREAD|SYSVSEM|SETTLS|PARENT_SETTID|CHILD_CLEARTID.
    static let threadFlags: UInt64 = 0x3d0f00

    #if arch(x86_64)
        @Test func `of a thousand call numbers these are answered with anything but death, whatever their arguments`() {
            // By number, so that nothing slips in with a new libseccomp or a line too many. 0 read … 435 clone3: see syscalls(2).
            let allowed: Set<Int> = [
                0, 1, 3, 7, 8, 11, 12, 13, 14, 15, 17, 24, 25, 28, 35, 39, 60, 96, 98, 99, 102, 104, 107, 108, 130, 131, 143, 145, 146, 147,
                186, 201, 202, 204, 219, 228, 229, 230, 231, 271, 273, 290, 309, 318, 324, 334,
            ]
            let refused: Set<Int> = [
                2, 4, 5, 6, 16, 21, 63, 72, 79, 89, 137, 141, 142, 144, 203, 257, 262, 267, 269, 314, 332, 435, 439,
            ]
            let dependsOnArguments: Set<Int> = [9, 10, 56, 157, 234, 302]  // mmap mprotect clone prctl tgkill prlimit64
            for number in 0..<1000 where !dependsOnArguments.contains(number) {
                // Extremes and noise: a rule without conditions must not depend on them.
                for arguments in [[], Array(repeating: UInt64.max, count: 6), [7, 1, 4, 0x22, .max, 0]] as [[UInt64]] {
                    let decision = Self.decide(number, arguments)
                    if allowed.contains(number) {
                        #expect(decision == Self.allow, "call \(number)")
                    } else if refused.contains(number) {
                        #expect(decision & 0xffff_0000 == 0x0005_0000, "call \(number)")
                    } else {
                        #expect(decision == Self.killProcess, "call \(number)")
                    }
                }
            }
        }

        @Test(arguments: [
            ArgumentCase("private memory", 9, [0, 4096, 3, 0x22], allow),
            ArgumentCase("reserved memory", 9, [0, 4096, 0, 0x4022], allow),
            ArgumentCase("a thread's stack", 9, [0, 4096, 3, 0x20022], allow),
            ArgumentCase("executable memory", 9, [0, 4096, 5, 0x22], refuse(EACCES)),
            ArgumentCase("executable shared memory", 9, [0, 4096, 7, 0x21], refuse(EACCES)),
            ArgumentCase("shared memory", 9, [0, 4096, 3, 0x21], killProcess),
            ArgumentCase("a file", 9, [0, 4096, 1, 0x02, 3], killProcess),
            ArgumentCase("memory that grows down", 9, [0, 4096, 3, 0x122], killProcess),
            ArgumentCase("huge pages", 9, [0, 4096, 3, 0x40022], killProcess),
            ArgumentCase("locked memory", 9, [0, 4096, 3, 0x2022], killProcess),
            ArgumentCase("make writable", 10, [0, 4096, 3], allow),
            ArgumentCase("make executable", 10, [0, 4096, 5], refuse(EACCES)),
            ArgumentCase("grow down by protection", 10, [0, 4096, 0x0100_0003], killProcess),
            ArgumentCase("a thread", 56, [threadFlags], allow),
            ArgumentCase("a process", 56, [UInt64(SIGCHLD)], killProcess),
            ArgumentCase("a thread in a new user namespace", 56, [threadFlags | 0x1000_0000], killProcess),
            ArgumentCase("a thread that is not traced", 56, [threadFlags | 0x0080_0000], killProcess),
            ArgumentCase("a thread with noise in the upper half", 56, [threadFlags | 1 << 40], killProcess),
            ArgumentCase("a thread's name", 157, [15], allow),
            ArgumentCase("the death signal", 157, [1, 0], refuse(EPERM)),
            ArgumentCase("another filter by prctl", 157, [22, 2], refuse(EPERM)),
            ArgumentCase("an anonymous mapping's name", 157, [0x5356_4d41, 0], refuse(EPERM)),
            ArgumentCase("signal to own thread", 234, [4321, 4322, 10], allow),
            ArgumentCase("signal to own thread, noise in the upper half", 234, [4321 | 1 << 32, 4322, 10], allow),
            ArgumentCase("signal to another process", 234, [4320, 4320, 9], killProcess),
            ArgumentCase("signal to the number the filter was compiled with", 234, [0x5042_7467, 1, 9], killProcess),
            ArgumentCase("signal to every process", 234, [.max, .max, 9], killProcess),
            ArgumentCase("own limit, reading", 302, [0, 2, 0, 0x7fff_0000], allow),
            ArgumentCase("own limit, writing", 302, [0, 2, 0x7fff_0000], refuse(EPERM)),
            ArgumentCase("own limit, writing from a low address", 302, [0, 2, 1 << 32], refuse(EPERM)),
        ])
        func `calls that depend on arguments`(_ argumentCase: ArgumentCase) {
            #expect(Self.decide(argumentCase.number, argumentCase.arguments) == argumentCase.expected)
        }

        @Test func `reading another process's limit is not allowed`() {
            #expect(Self.decide(302, [1, 2, 0, 0x7fff_0000]) != Self.allow)
        }

        @Test func `x32 calls and negative numbers are death`() {
            for number in [0, 1, 39, 202, 231] {
                #expect(Self.decide(0x4000_0000 | number) == Self.killProcess)
            }
            #expect(Self.decide(-1) == Self.killProcess)
        }

        @Test func `deciding is cheap`() {
            // A binary tree over some 75 numbers; the kernel skips even that for calls that are always allowed.
            for number in [0, 1, 7, 202, 24, 28] {
                let cost = pb_seccomp_cost(pb_seccomp_native_architecture(), Int32(number), [0, 0, 0, 0, 0, 0], Self.ownPid)
                #expect((1...16).contains(cost), "call \(number) takes \(cost) instructions")
            }
        }
    #endif

    @Test(arguments: [i386, arm64, 0xc000_003f] as [UInt32])
    func `another architecture's calls are death`(_ architecture: UInt32) {
        guard architecture != pb_seccomp_native_architecture() else { return }
        for number in 0..<500 {
            #expect(Self.decide(number, architecture: architecture) == Self.killProcess)
        }
    }

    @Test func `preparing twice is preparing once`() {
        let first = pb_seccomp_prepare()
        #expect(first > 50)
        #expect(pb_seccomp_prepare() == first)
    }
}

struct ArgumentCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let number: Int
    let arguments: [UInt64]
    let expected: UInt32

    init(_ description: String, _ number: Int, _ arguments: [UInt64], _ expected: UInt32) {
        self.testDescription = description
        self.number = number
        self.arguments = arguments
        self.expected = expected
    }
}
