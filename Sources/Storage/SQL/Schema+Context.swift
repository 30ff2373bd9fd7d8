extension Schema {
    /// The thread of items from now on: those that were there before have none that anybody looks up. What an organisation lets signals see.
    static let context = SchemaStep(
        number: 10, name: "context of items",
        """
        alter table items add column thread text;
        create index items_thread on items (organisation, thread, sequence) where thread is not null;
        create table plugin_context (
            plugin text not null, organisation text not null references organisations (id) on delete cascade, settings text not null,
            revision integer not null, changed_ms integer not null,
            primary key (plugin, organisation)
        ) strict;
        create index plugin_context_organisation on plugin_context (organisation);
        """)
}
