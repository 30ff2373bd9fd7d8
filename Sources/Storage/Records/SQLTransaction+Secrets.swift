import HubCore
import PluginModel

extension SQLTransaction {
    private static let secretColumns = "organisation, owner, instance, field, key_id, wrapped_key, sealed, changed_ms"

    private static func secret(_ row: any SQLRow) throws(Fault) -> SealedSecret {
        SealedSecret(
            place: SecretPlace(organisation: row.text(0), owner: row.text(1), instance: row.text(2), field: row.text(3)),
            keyID: row.text(4), wrappedKey: row.bytes(5), sealed: row.bytes(6), changedAt: row.timestamp(7))
    }

    func secret(at place: SecretPlace) throws(Fault) -> SealedSecret? {
        try rows(
            """
            select \(Self.secretColumns) from secrets where organisation = $1 and owner = $2 and instance = $3 and field = $4
            """, .text(place.organisation), .text(place.owner), .text(place.instance), .text(place.field), read: Self.secret
        ).first
    }

    /// By instance and field.
    func secrets(of owner: String, in organisation: String) throws(Fault) -> [SealedSecret] {
        try rows(
            "select \(Self.secretColumns) from secrets where organisation = $1 and owner = $2 order by instance, field",
            .text(organisation), .text(owner), read: Self.secret)
    }

    func put(_ secret: SealedSecret) throws(Fault) {
        let place = secret.place
        if !place.organisation.isEmpty { try require(Organisation.ID(place.organisation)) }
        try change(
            """
            insert into secrets (\(Self.secretColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (organisation, owner, instance, field) do update set key_id = excluded.key_id,
                wrapped_key = excluded.wrapped_key, sealed = excluded.sealed, changed_ms = excluded.changed_ms
            """, .text(place.organisation), .text(place.owner), .text(place.instance), .text(place.field), .text(secret.keyID),
            .bytes(secret.wrappedKey), .bytes(secret.sealed), .at(secret.changedAt))
    }

    func removeSecret(at place: SecretPlace) throws(Fault) -> Bool {
        try hasChanged(
            "delete from secrets where organisation = $1 and owner = $2 and instance = $3 and field = $4", .text(place.organisation),
            .text(place.owner), .text(place.instance), .text(place.field))
    }

    /// By place, so that a rotation that is broken off goes on where it was.
    func secrets(notSealedBy keyID: String, limit: Int) throws(Fault) -> [SealedSecret] {
        try rows(
            """
            select \(Self.secretColumns) from secrets where key_id <> $1 order by organisation, owner, instance, field limit $2
            """, .text(keyID), .limit(limit), read: Self.secret)
    }

    func secretCounts() throws(Fault) -> [String: Int] {
        let pairs = try rows("select key_id, count(*) from secrets group by key_id") {
            (row: any SQLRow) throws(Fault) -> (String, Int) in (row.text(0), Int(row.integer(1)))
        }
        return Dictionary(pairs) { first, _ in first }
    }

    func setting(_ name: String) throws(Fault) -> [UInt8]? {
        try rows("select value from hub_settings where name = $1", .text(name)) { (row: any SQLRow) throws(Fault) in row.bytes(0) }.first
    }

    func setSetting(_ name: String, _ value: [UInt8]) throws(Fault) {
        try change(
            "insert into hub_settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
            .text(name), .bytes(value))
    }
}
