/// What the operator said yes to, for one plugin.
public struct GrantSet: Hashable, Sendable, ExpressibleByArrayLiteral {
    private var granted: Set<Permission>

    public init(_ permissions: some Sequence<Permission> = []) { granted = Set(permissions) }
    public init(arrayLiteral elements: Permission...) { granted = Set(elements) }

    /// Nothing granted, as every plugin begins.
    public static let none = GrantSet()

    public var isEmpty: Bool { granted.isEmpty }

    /// In the order of their texts, so that two listings of one set read alike.
    public var permissions: [Permission] { granted.sorted { $0.description < $1.description } }

    public func contains(_ permission: Permission) -> Bool { granted.contains(permission) }
    public func allows(_ need: Need) -> Bool { granted.contains { $0.allows(need) } }

    public mutating func insert(_ permission: Permission) { granted.insert(permission) }
    public mutating func remove(_ permission: Permission) { granted.remove(permission) }
}
