extension Schema {
    /// How often each rule looked at items on a day of UTC, and what came of it: counted where decisions are written, so that nobody scans them.
    static let ruleDays = SchemaStep(
        number: 13, name: "days of rules",
        """
        create table rule_days (
            organisation text not null references organisations (id) on delete cascade, day integer not null, rule text not null,
            looked integer not null, passed integer not null, errored integer not null, actions integer not null,
            primary key (organisation, day, rule)
        ) strict, without rowid;
        """)
}
