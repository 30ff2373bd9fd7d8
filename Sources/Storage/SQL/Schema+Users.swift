extension Schema {
    /// Users whom items come from. Strikes outlive the items they were given for, so they name them and do not hang on them; what a user had
    /// decided is counted by day, since the items are kept for a shorter time. `look`: why a user is looked at, null for what was handed in.
    static let itemUsers = SchemaStep(
        number: 8, name: "users of items",
        """
        create table strikes (
            sequence integer primary key, organisation text not null references organisations (id) on delete cascade,
            user_id text not null, user_type text not null, policy text not null, strikes integer not null, decision integer not null,
            at_ms integer not null, forgiven_ms integer, forgiven_by text, forgiven_by_name text
        ) strict;
        create unique index strikes_once on strikes (decision, policy);
        create index strikes_user on strikes (organisation, user_id, user_type, at_ms);
        create index strikes_organisation on strikes (organisation, sequence);
        create table user_days (
            organisation text not null references organisations (id) on delete cascade, user_id text not null, user_type text not null,
            day integer not null, items integer not null, acted integer not null,
            primary key (organisation, user_id, user_type, day)
        ) strict, without rowid;
        create index user_days_day on user_days (organisation, day);
        alter table items add column look text;
        alter table decisions add column look text;
        """)
}
