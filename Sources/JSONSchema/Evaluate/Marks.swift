/// Which members and elements of one value have been looked at, for `unevaluatedProperties` and `unevaluatedItems`. Members are known by
/// their place in the object.
struct Marks {
    let isTracking: Bool
    private(set) var allProperties = false
    private(set) var allItems = false
    private var itemsBelow = 0
    private var properties = PlaceSet()
    private var items = PlaceSet()

    static let none = Marks(isTracking: false)

    init(isTracking: Bool) { self.isTracking = isTracking }

    mutating func markProperty(_ place: Int) { if isTracking { properties.insert(place) } }
    mutating func markItem(_ place: Int) { if isTracking { items.insert(place) } }
    mutating func markItems(below end: Int) { if isTracking { itemsBelow = max(itemsBelow, end) } }
    mutating func markAllProperties() { allProperties = true }
    mutating func markAllItems() { allItems = true }

    func hasProperty(_ place: Int) -> Bool { allProperties || properties.contains(place) }
    func hasItem(_ place: Int) -> Bool { allItems || place < itemsBelow || items.contains(place) }

    /// Marks for a subschema of which it is not yet known whether it holds.
    var fresh: Marks { Marks(isTracking: isTracking) }

    mutating func merge(_ other: Marks) {
        guard isTracking else { return }
        allProperties = allProperties || other.allProperties
        allItems = allItems || other.allItems
        itemsBelow = max(itemsBelow, other.itemsBelow)
        properties.formUnion(other.properties)
        items.formUnion(other.items)
    }
}

/// A set of small numbers: the first 64 without allocating.
private struct PlaceSet {
    private var first: UInt64 = 0
    private var rest: [UInt64] = []

    mutating func insert(_ place: Int) {
        if place < 64 {
            first |= 1 << UInt64(place)
        } else {
            let word = place / 64 - 1
            while rest.count <= word { rest.append(0) }
            rest[word] |= 1 << UInt64(place % 64)
        }
    }

    func contains(_ place: Int) -> Bool {
        if place < 64 { return first & (1 << UInt64(place)) != 0 }
        let word = place / 64 - 1
        return word < rest.count && rest[word] & (1 << UInt64(place % 64)) != 0
    }

    mutating func formUnion(_ other: PlaceSet) {
        first |= other.first
        while rest.count < other.rest.count { rest.append(0) }
        for word in other.rest.indices { rest[word] |= other.rest[word] }
    }
}
