extension Schema {
    /// An organisation that is removed stays as a row nobody finds until what it had is gone; `swept` counts that by table. Its short name is
    /// `removed_slug` then, and `slug` one that nobody can type.
    static let removal = SchemaStep(
        number: 11, name: "removed organisations",
        """
        alter table organisations add column removed_ms integer;
        alter table organisations add column removed_slug text;
        alter table organisations add column swept text;
        create index organisations_removed on organisations (removed_ms, id) where removed_ms is not null;
        """)
}
