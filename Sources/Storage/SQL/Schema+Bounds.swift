extension Schema {
    /// What bounds items by bytes, users by number, and what open reviews hold.
    ///
    /// `bytes` is what was kept of an item and of its decision's traces; of those from before, signs are counted, since the databases count bytes
    /// by different names. `item_usage` is the sum for an organisation. `holds`: the item of this reason stays while the review is open. `item_users`
    /// has a row for each user, to be found by the beginning of the id (`folded`: with small ASCII letters) and by when they were seen last.
    static let bounds = SchemaStep(
        number: 12, name: "bounds of bytes, users and reviews",
        """
        alter table items add column bytes integer not null default 0;
        alter table decisions add column bytes integer not null default 0;
        update items set bytes = length(data);
        update decisions set bytes = length(traces);
        create table item_usage (
            organisation text primary key references organisations (id) on delete cascade, bytes integer not null
        ) strict, without rowid;
        insert into item_usage (organisation, bytes)
            select organisation, cast(sum(bytes) as integer) from (
                select organisation, bytes from items union all select organisation, bytes from decisions) as kept
            group by organisation;

        alter table review_reasons add column holds integer not null default 1;
        update review_reasons set holds = 0 where sequence in (
            select sequence from (
                select sequence, row_number() over (partition by job order by sequence) as oldest,
                    row_number() over (partition by job order by sequence desc) as newest
                from review_reasons) as placed
            where oldest > 1 and newest > 10);

        create table item_users (
            organisation text not null references organisations (id) on delete cascade, user_id text not null, user_type text not null,
            folded text not null, last_day integer not null,
            primary key (organisation, user_id, user_type)
        ) strict, without rowid;
        insert into item_users (organisation, user_id, user_type, folded, last_day)
            select organisation, user_id, user_type, lower(user_id), max(day) from (
                select organisation, user_id, user_type, day from user_days
                union all select organisation, user_id, user_type, at_ms / 86400000 as day from strikes) as seen
            group by organisation, user_id, user_type;
        create index item_users_folded on item_users (organisation, folded, user_id, user_type);
        create index item_users_day on item_users (organisation, last_day, user_id, user_type);
        """)
}
