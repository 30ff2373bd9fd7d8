extension Schema {
    /// What a rule names has one table for all kinds: each is a document with a name that belongs to an organisation.
    static let rules = SchemaStep(
        number: 7, name: "rules",
        """
        create table rules (
            organisation text not null references organisations (id) on delete cascade, id text not null, name text not null,
            status text not null, document text not null, version integer not null, revision integer not null,
            created_ms integer not null, changed_ms integer not null, changed_by text not null, changed_by_name text not null,
            primary key (organisation, id)
        ) strict;
        create table rule_versions (
            organisation text not null, rule text not null, version integer not null, status text not null, document text not null,
            at_ms integer not null, by_actor text not null, by_name text not null, note text,
            primary key (organisation, rule, version),
            foreign key (organisation, rule) references rules (organisation, id) on delete cascade
        ) strict;
        create table rule_parts (
            organisation text not null references organisations (id) on delete cascade, kind text not null, id text not null,
            name text not null, document text not null, entries integer not null, revision integer not null, changed_ms integer not null,
            primary key (organisation, kind, id)
        ) strict;
        """)
}
