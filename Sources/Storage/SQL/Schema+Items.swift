extension Schema {
    /// What was submitted, what was decided about it, and what follows. A decision has the place of its item, so that there is one at most;
    /// `decision_rules` has the rules that passed or could not be told, `rule_lineup_members` those that looked.
    static let items = SchemaStep(
        number: 6, name: "items and decisions",
        """
        create table items (
            sequence integer primary key, organisation text not null references organisations (id) on delete cascade,
            item_id text not null, type_id text not null, submission text not null, data text not null, received_ms integer not null,
            state text not null, attempts integer not null, problem text
        ) strict;
        create index items_organisation on items (organisation, sequence);
        create index items_item on items (organisation, item_id, sequence);
        create index items_type on items (organisation, type_id, sequence);
        create index items_received on items (organisation, received_ms);
        create index items_waiting on items (organisation, sequence) where state = 'waiting';

        create table rule_lineups (
            organisation text not null references organisations (id) on delete cascade, id text not null, members text not null,
            primary key (organisation, id)
        ) strict;
        create table rule_lineup_members (
            organisation text not null, rule text not null, lineup text not null, place integer not null,
            primary key (organisation, rule, lineup),
            foreign key (organisation, lineup) references rule_lineups (organisation, id) on delete cascade
        ) strict, without rowid;
        create index rule_lineup_members_lineup on rule_lineup_members (organisation, lineup, place);
        create table decisions (
            sequence integer primary key references items (sequence) on delete cascade, organisation text not null,
            item_id text not null, type_id text not null, at_ms integer not null, microseconds integer not null, outcome text not null,
            passed text not null, lineup text not null, results text not null, traces text not null, conditions integer not null,
            signal_runs integer not null
        ) strict;
        create index decisions_organisation on decisions (organisation, sequence);
        create index decisions_item on decisions (organisation, item_id, sequence);
        create index decisions_type on decisions (organisation, type_id, sequence);
        create index decisions_outcome on decisions (organisation, outcome, sequence);
        create index decisions_at on decisions (organisation, at_ms);
        create index decisions_lineup on decisions (organisation, lineup);
        create table decision_rules (
            organisation text not null, rule text not null, outcome text not null,
            sequence integer not null references decisions (sequence) on delete cascade,
            primary key (organisation, rule, outcome, sequence)
        ) strict, without rowid;
        create index decision_rules_sequence on decision_rules (sequence);

        create table rule_action_counts (
            organisation text not null references organisations (id) on delete cascade, day integer not null, rule text not null,
            actions integer not null,
            primary key (organisation, day, rule)
        ) strict, without rowid;
        create table rule_actions (
            organisation text not null references organisations (id) on delete cascade, id text not null, name text not null,
            kind text not null, url text, custom text not null, revision integer not null, changed_ms integer not null,
            primary key (organisation, id)
        ) strict;
        create table action_runs (
            sequence integer primary key, organisation text not null references organisations (id) on delete cascade,
            decision integer not null references decisions (sequence) on delete cascade, action text not null, state text not null,
            payload text, attempts integer not null, next_ms integer not null, problem text
        ) strict;
        create unique index action_runs_once on action_runs (decision, action);
        create index action_runs_organisation on action_runs (organisation, sequence);
        create index action_runs_due on action_runs (organisation, next_ms, sequence) where state = 'waiting';
        """)
}
