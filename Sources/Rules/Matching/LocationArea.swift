import Glibc
package import JSON

/// A cell of the earth written as a geohash, one to twelve letters of its own base 32.
package struct Geohash: Sendable, Hashable {
    package let text: String
    package let latitude: Double
    package let longitude: Double

    private static let letters = Array("0123456789bcdefghjkmnpqrstuvwxyz".utf8)

    /// Nil for anything that is no geohash. `latitude` and `longitude` are the middle of its cell, in degrees.
    package init?(_ text: String) {
        let lowered = text.lowercased()
        guard (1...12).contains(lowered.utf8.count) else { return nil }
        var (north, south, east, west) = (90.0, -90.0, 180.0, -180.0)
        var isLongitude = true
        for letter in lowered.utf8 {
            guard let value = Self.letters.firstIndex(of: letter) else { return nil }
            for bit in stride(from: 4, through: 0, by: -1) {
                let isUpper = value >> bit & 1 == 1
                if isLongitude {
                    if isUpper { west = (west + east) / 2 } else { east = (west + east) / 2 }
                } else {
                    if isUpper { south = (south + north) / 2 } else { north = (south + north) / 2 }
                }
                isLongitude.toggle()
            }
        }
        self.text = lowered
        (latitude, longitude) = ((north + south) / 2, (east + west) / 2)
    }
}

/// A place that rules compare locations with: a circle, or a cell.
package enum LocationArea: Sendable, Hashable {
    /// Degrees and metres.
    case circle(latitude: Double, longitude: Double, radius: Double)
    case cell(Geohash)

    /// Reads `{ geometry: { center: { lat, lng }, radius } }`, `{ geohash }`, or a geohash as a text.
    package init?(_ value: JSONValue) {
        if let text = value.stringValue ?? value["geohash"]?.stringValue {
            guard let cell = Geohash(text) else { return nil }
            self = .cell(cell)
            return
        }
        let geometry = value["geometry"] ?? value
        guard let latitude = geometry["center"]?["lat"]?.doubleValue, let longitude = geometry["center"]?["lng"]?.doubleValue,
            let radius = geometry["radius"]?.doubleValue, abs(latitude) <= 90, abs(longitude) <= 180, radius >= 0, radius.isFinite
        else { return nil }
        self = .circle(latitude: latitude, longitude: longitude, radius: radius)
    }

    /// Whether a place lies inside: a cell holds what its own letters begin; a circle holds what has its middle within the radius, measured
    /// along the earth as a sphere of 6,371 km.
    package func contains(_ place: Geohash) -> Bool {
        switch self {
        case .cell(let cell): return place.text.utf8.starts(with: cell.text.utf8)
        case .circle(let latitude, let longitude, let radius):
            let degree = Double.pi / 180
            let (a, b) = (latitude * degree, place.latitude * degree)
            let across = sin((b - a) / 2)
            let along = sin((place.longitude - longitude) * degree / 2)
            let half = across * across + cos(a) * cos(b) * along * along
            return 2 * 6_371_000 * asin(min(1, half.squareRoot())) <= radius
        }
    }
}
