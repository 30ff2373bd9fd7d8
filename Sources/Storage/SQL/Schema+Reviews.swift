extension Schema {
    /// What people are to look at. A job has one open row an item at most; why it is there goes with the decision that asked for it.
    static let reviews = SchemaStep(
        number: 9, name: "reviews",
        """
        create table review_queues (
            organisation text not null references organisations (id) on delete cascade, id text not null, name text not null,
            description text, is_default integer not null, revision integer not null, changed_ms integer not null,
            primary key (organisation, id)
        ) strict;
        create table routing_rules (
            organisation text not null references organisations (id) on delete cascade, id text not null, name text not null,
            status text not null, document text not null, queue text not null, place integer not null, revision integer not null,
            created_ms integer not null, changed_ms integer not null, changed_by text not null, changed_by_name text not null,
            primary key (organisation, id)
        ) strict;
        create table review_jobs (
            sequence integer primary key, organisation text not null references organisations (id) on delete cascade,
            queue text not null, item_id text not null, type_id text not null, state text not null, decisions integer not null,
            opened_ms integer not null, changed_ms integer not null, claimed_by text, claimed_by_name text, claimed_until_ms integer,
            closing text
        ) strict;
        create unique index review_jobs_open on review_jobs (organisation, item_id, type_id) where state = 'open';
        create index review_jobs_queue on review_jobs (organisation, state, queue, sequence);
        create index review_jobs_closed on review_jobs (organisation, changed_ms) where state = 'closed';
        create table review_reasons (
            sequence integer primary key, job integer not null references review_jobs (sequence) on delete cascade,
            decision integer not null references decisions (sequence) on delete cascade, action text not null, rules text not null,
            policies text not null, at_ms integer not null, routing text
        ) strict;
        create index review_reasons_job on review_reasons (job, sequence);
        create index review_reasons_decision on review_reasons (decision);

        alter table action_runs add column job integer not null default 0;
        drop index action_runs_once;
        create unique index action_runs_once on action_runs (decision, action, job);
        """)
}
