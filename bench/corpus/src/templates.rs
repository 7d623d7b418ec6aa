//! What entries say. The words are made up in the shapes that CockroachDB 24.3 writes; so are all names and addresses.

/// An entry.
#[derive(Debug)]
pub(crate) struct Template {
    /// How often it comes, against the others; those with 0 come about once in four thousand.
    pub(crate) weight: u32,
    pub(crate) severity: char,
    /// The channel's number with its `@`; empty for DEV.
    pub(crate) channel: &'static str,
    pub(crate) file: &'static str,
    /// Tags behind the node's.
    pub(crate) tags: &'static str,
    pub(crate) message: &'static str,
}

const fn t(
    weight: u32,
    severity: char,
    channel: &'static str,
    file: &'static str,
    tags: &'static str,
    message: &'static str,
) -> Template {
    Template { weight, severity, channel, file, tags, message }
}

/// All of them; the last ones are those that A-144650 asks for.
#[rustfmt::skip]
pub(crate) const ENTRIES: &[Template] = &[
    t(60, 'I', "", "kv/kvserver/replica_raftstorage.go", ",s{node},r{replica}", "applied {word} snapshot {hex} from (n{node},s{node}):{small} at applied index {count} (total={ms} data={size} ingestion={small}@{ms})"),
    t(60, 'I', "", "kv/kvserver/store_snapshot.go", ",s{node},r{replica}", "sending snapshot {hex} at applied index {count} to (n{node},s{node}):{small} with rate limit {size}/s: {size} in {ms}, {count} kvs"),
    t(40, 'I', "", "kv/kvserver/replica_command.go", ",split,s{node},r{replica}", "initiating a split of this range at key {key} [r{range}] (‹{size} above threshold size {size}›)"),
    t(40, 'I', "", "kv/kvserver/replica_command.go", ",merge,s{node},r{replica}", "initiating a merge of r{range}:‹{key}› [(n{node},s{node}):{small}, (n{node},s{node}):{small}, next={small}, gen={count}] into this range (‹lhs+rhs has (size={size}+{size} qps={count}.{small}+{small}.{small})›)"),
    t(60, 'I', "12@", "kv/kvserver/replica_raft.go", ",replicate,s{node},r{replica}", "proposing SIMPLE(v{small}) [(n{node},s{node}):{small}VOTER_INCOMING]: after=[(n{node},s{node}):{small} (n{node},s{node}):{small} (n{node},s{node}):{small}] next={small}"),
    t(50, 'I', "12@", "kv/kvserver/allocator/allocatorimpl/allocator.go", ",replicate,s{node},r{replica}", "rebalancing {word} voter n{node},s{node} to n{node},s{node}: ‹[1*:{count}, 2:{count}, 3*:{count}], diversity {small}.{count}, convergence {small}, ranges {count}›"),
    t(40, 'W', "", "kv/kvserver/raft.go", ",s{node},r{replica}", "have been waiting {ms} for slow proposal {word} [{hex}], [{hlc}], {key}"),
    t(30, 'W', "", "kv/kvserver/replica_write.go", ",s{node},r{replica}", "failed to {word} intents: context deadline exceeded after {ms}; txn {uuid} at epoch {small}"),
    t(40, 'I', "", "kv/kvserver/liveness/liveness.go", ",liveness-hb", "{word} n{node} liveness record: epo:{count} exp:{hlc}; previous expiration {hlc}"),
    t(40, 'W', "", "kv/kvserver/liveness/liveness.go", ",liveness-hb", "slow heartbeat took {ms}; err=‹{word}: result is ambiguous after {small} attempts›"),
    t(50, 'I', "", "kv/kvserver/queue.go", ",mvccGC,s{node},r{replica}", "‹{word}› queue finished in {ms}: score={small}.{count} likely to cut {count} versions older than {hlc}"),
    t(40, 'I', "", "kv/kvserver/intentresolver/intent_resolver.go", ",s{node},r{replica}", "resolving {count} intents of txn {hex} key={key} rw=true pri={small}.{count} epo={small} ts={hlc} min={hlc} seq={count}"),
    t(40, 'I', "", "kv/kvserver/replica_rangefeed.go", ",s{node},r{replica}", "rangefeed {word}: catch-up scan from {hlc} took {ms} and emitted {count} events for {key}"),
    t(30, 'I', "", "kv/kvserver/closedts/sidetransport/sender.go", "", "side-transport to n{node} lags {ms}: {count} ranges at closed timestamp {hlc}, reason ‹{word}›"),
    t(60, 'I', "3@", "vendor/github.com/cockroachdb/pebble/event.go", ",s{node},pebble", "[JOB {count}] compacted(‹default›) L{small} [{count} {count}] (‹{size}›) Score={small}.{small} + L{small} [{count} {count} {count}] (‹{size}›) Score={small}.{small} -> L{small} [{count} {count}] (‹{size}›), in {ms} ({ms} total), output rate {size}/s"),
    t(50, 'I', "3@", "vendor/github.com/cockroachdb/pebble/event.go", ",s{node},pebble", "[JOB {count}] flushed {small} memtables (‹{size}›) to L0 [{count} {count}] (‹{size}›), in {ms} ({ms} total), output rate {size}/s"),
    t(40, 'I', "3@", "vendor/github.com/cockroachdb/pebble/event.go", ",s{node},pebble", "[JOB {count}] sstable deleted {count}; WAL {count} recycled after {ms}, {word}"),
    t(30, 'I', "2@", "server/status/runtime_log.go", "", "runtime stats: {size} RSS, {count} goroutines (stacks: {size}), {size}/{size} Go alloc/total (heap fragmentation: {size}, heap reserved: {size}, heap released: {size}), {size}/{size} CGO alloc/total ({count}.{small} CGO/sec), {small}.{small}/{small}.{small} %(u/s)time, {small}.{small} %gc ({count}x), {size}/{size} (r/w)net"),
    t(30, 'I', "2@", "gossip/gossip.go", "", "gossip status (ok, {small} nodes) gossip client ({small}/{small} cur/max conns)\n  {small}: {address} ({ms}: infos {count}/{count} sent/received, bytes {count}B/{count}B sent/received)\n  {small}: {address} ({ms}: infos {count}/{count} sent/received, bytes {count}B/{count}B sent/received)\ngossip server ({small}/{small} cur/max conns, infos {count}/{count} sent/received)"),
    t(30, 'W', "", "rpc/clock_offset.go", ",rnode={node},raddr=‹{address}›,class=default,rpc", "latency jump (prev avg {ms}, current {ms}) to {word} peer"),
    t(40, 'I', "1@", "rpc/peer.go", ",rnode={node},raddr=‹{address}›,class={word},rpc", "connection is now {word} after {ms}; {count} heartbeats, last error ‹rpc error: code = Unavailable desc = {word} {address}›"),
    t(40, 'W', "", "kv/kvclient/kvcoord/dist_sender.go", "", "slow range RPC: have been waiting {ms} ({count} attempts) for RPC Scan [{key},{key}), [txn: {hex}] to r{range}:‹{key}› [(n{node},s{node}):{small}, (n{node},s{node}):{small}]; resp: ‹{word}›"),
    t(30, 'I', "", "kv/kvclient/kvcoord/txn_coord_sender.go", ",client={address},hostssl,user=‹{word}›", "failed parallel commit of txn {uuid}: {word} at {hlc}, {count} in-flight writes, first {key}"),
    t(40, 'W', "", "util/admission/grant_coordinator.go", "", "{word} queue of store s{node} holds {count} waiting requests; {size} tokens taken in {ms}, io overload {small}.{count}"),
    t(60, 'I', "10@", "util/log/event_log.go", ",client={address},hostssl,user=‹{word}›", "{\"Timestamp\":1745{count}{count}000,\"EventType\":\"slow_query\",\"Statement\":\"‹{sql}›\",\"Tag\":\"SELECT\",\"User\":\"‹{word}›\",\"ApplicationName\":\"‹{word}-{word}›\",\"ExecMode\":\"exec\",\"NumRows\":{count},\"Age\":{count}.{count},\"FullTableScan\":true,\"TxnCounter\":{count},\"StatementID\":\"{hex}{hex}\",\"TransactionID\":\"{uuid}\",\"MaxFullScanRowsEstimate\":{count}}"),
    t(50, 'I', "8@", "util/log/event_log.go", ",client={address},hostssl,user=‹{word}›", "{\"Timestamp\":1745{count}{count}000,\"EventType\":\"sensitive_table_access\",\"Statement\":\"‹{sql}›\",\"Tag\":\"UPDATE\",\"User\":\"‹{word}›\",\"DescriptorID\":{table},\"ApplicationName\":\"‹{word}›\",\"PlaceholderValues\":[\"‹{count}›\",\"‹{word}›\"],\"TableName\":\"‹depot.public.{word}›\",\"AccessMode\":\"rw\",\"TxnCounter\":{count}}"),
    t(40, 'I', "4@", "util/log/event_log.go", ",client={address},hostssl,user=‹{word}›", "{\"Timestamp\":1745{count}{count}000,\"EventType\":\"client_session_end\",\"InstanceID\":{node},\"Network\":\"tcp\",\"RemoteAddress\":\"‹{address}›\",\"Duration\":{count}{count}000,\"SessionID\":\"{hex}{hex}{hex}\"}"),
    t(40, 'I', "12@", "util/log/event_log.go", ",client={address},hostssl,user=‹{word}›", "{\"Timestamp\":1745{count}{count}000,\"EventType\":\"sampled_query\",\"Statement\":\"‹{sql}›\",\"Tag\":\"INSERT\",\"User\":\"{word}\",\"ApplicationName\":\"‹{word}›\",\"PlanGist\":\"AgHQAQIA{hex}AAAD\",\"Distribution\":\"local\",\"Database\":\"depot\",\"StatementFingerprintID\":\"{hex}{hex}\",\"RowsRead\":{count},\"BytesRead\":{count},\"KVTimeNanos\":{count}000,\"InputRowCount\":{count},\"ContentionTimeNanos\":{count}}"),
    t(30, 'W', "", "sql/conn_executor.go", ",client={address},hostssl,user=‹{word}›", "transaction {hex} took {ms} and was pushed at {hlc}: ‹{sql}›"),
    t(40, 'E', "", "sql/conn_executor.go", ",client={address},hostssl,user=‹{word}›", "execution of ‹{sql}› failed: restart transaction: TransactionRetryWithProtoRefreshError: WriteTooOldError: write for key {key} at timestamp {hlc} too old; must write at or above {hlc}: \"sql txn\" meta={id={hex} key={key} iso=Serializable pri={small}.{count} epo={small} ts={hlc} min={hlc} seq={count}} lock=true stat=PENDING rts={hlc} wto=false gul={hlc}"),
    t(30, 'I', "", "sql/rowexec/tablereader.go", ",f{hex},distsql.gateway={node},distsql.appname=‹{word}-{word}›,client={address}", "reader of table {table} sampled {count} rows in {ms}: {size} read, {count} lookups, {word} spans"),
    t(20, 'I', "", "sql/gcjob/gc_job.go", ",job=SCHEMA CHANGE GC id={job}", "{count} elements of table {table} wait for {hlc}; {word} protected by record {uuid}"),
    t(20, 'I', "", "sql/stats/automatic_stats.go", "", "automatically executing ‹CREATE STATISTICS __auto__ FROM [{table}] WITH OPTIONS THROTTLING 0.9 AS OF SYSTEM TIME '-30s'› after {count} {word} rows"),
    t(20, 'W', "", "sql/catalog/lease/descriptor_state.go", "", "lease of descriptor {table} version {count} held by n{node} since {hlc}, {word} references {small}; waiting {ms}"),
    t(20, 'I', "", "ccl/changefeedccl/changefeed_processors.go", ",f{hex},job={job},distsql.gateway={node}", "{word} span {key}-{key} is behind by {ms}; checkpointing frontier {hlc} with {count} spans"),
    t(20, 'W', "", "ccl/changefeedccl/sink_kafka.go", ",f{hex},job={job}", "kafka: client/{word} retrying after {ms}, {count} messages of topic ‹{word}-{word}› in flight"),
    t(20, 'W', "", "kv/bulk/buffering_adder.go", ",f{hex},job={job},distsql.gateway={node}", "‹depot.public.{word}› adder flushed {size} ({count} keys) in {ms}: sort {ms}, split {ms}, {small} ranges of {word}"),
    t(20, 'I', "", "kv/bulk/sst_batcher.go", ",f{hex},job={job},distsql.gateway={node}", "sst [{key},{key}) of {size} sent in {ms}; {count} keys, {small} splits, ‹{word}›"),
    t(30, 'I', "", "server/node.go", "", "node connected via {word} to n{node} at {address}; {count} stores known, up for {ms}"),
    t(20, 'W', "2@", "server/node.go", "", "health alerts detected: {Alerts:[{StoreID:{node} Category:METRICS Description:ranges.{word} Value:{count}} {StoreID:{node} Category:METRICS Description:requests.slow.{word} Value:{small}}]}"),
    t(20, 'I', "", "server/tenantsettingswatcher/watcher.go", "", "setting ‹{word}.{word}.{word}.rate› of tenant {small} is now ‹{size}› as of {hlc}"),
    t(20, 'I', "", "ccl/storageccl/engineccl/encrypted_fs.go", ",s{node}", "registry entry {hex}{hex} of ‹{count}.sst› {word}: key {uuid}"),
    t(20, 'W', "", "cloud/amazon/s3_storage.go", ",f{hex},job={job}", "read ‹depot-{word}/2025/04/22-{count}.00/data/{count}.sst› at {count}: retry {small} after {ms}: ‹RequestError: send request failed {word}›"),
    t(26, 'E', "", "util/stop/stopper.go", ",s{node},r{replica}", "async task {word} failed after {ms}: key {key} of txn {uuid}\n(1) attached stack trace\n  -- stack trace:\n  | github.com/cockroachdb/cockroach/pkg/kv/kvserver.(*Replica).execute{word}Batch\n  | \tgithub.com/cockroachdb/cockroach/pkg/kv/kvserver/replica_send.go:{line}\n  | github.com/cockroachdb/cockroach/pkg/kv/kvserver.(*Store).Send\n  | \tgithub.com/cockroachdb/cockroach/pkg/kv/kvserver/store_send.go:{line}\n  | github.com/cockroachdb/cockroach/pkg/util/stop.(*Stopper).RunAsyncTaskEx.func2\n  | \tgithub.com/cockroachdb/cockroach/pkg/util/stop/stopper.go:{line}\n  | runtime.goexit\n  | \tsrc/runtime/asm_amd64.s:1695\nWraps: (2) {word} {word} of r{range}\nError types: (1) *withstack.withStack (2) *errutil.leafError"),
    t(20, 'E', "", "sql/distsql/server.go", ",f{hex},distsql.gateway={node},client={address}", "flow {uuid} of ‹{sql}› ended: {word}\n(1) forced error mark\n  | {word} {word} after {ms}\nWraps: (2) rpc error: code = Canceled desc = context canceled\n  -- stack trace:\n  | github.com/cockroachdb/cockroach/pkg/sql/colflow.(*vectorizedFlow).Run\n  | \tgithub.com/cockroachdb/cockroach/pkg/sql/colflow/vectorized_flow.go:{line}\n  | github.com/cockroachdb/cockroach/pkg/sql/flowinfra.(*FlowBase).Wait\n  | \tgithub.com/cockroachdb/cockroach/pkg/sql/flowinfra/flow.go:{line}\n  | [...repeated from below...]"),
    t(14, 'W', "", "kv/kvserver/kvflowcontrol/node_rac2/admitted_piggybacker.go", ",s{node}", "goroutine {count} [select, {small} minutes]:\ngithub.com/cockroachdb/cockroach/pkg/{word}.(*{word}).run(0xc00{hex}, {0x5{hex}, 0xc00{hex}})\n\tgithub.com/cockroachdb/cockroach/pkg/{word}/{word}.go:{line} +0x{small}{small}\ncreated by github.com/cockroachdb/cockroach/pkg/util/stop.(*Stopper).RunAsyncTaskEx in goroutine {count}"),
    t(3, 'I', "", "jobs/adopt.go", "", "job {job}: resuming execution"),
    t(3, 'I', "", "jobs/registry.go", ",job={job}", "AUTO CREATE STATS job {job}: stepping through state succeeded"),
    t(2, 'I', "", "jobs/registry.go", ",job={job}", "SCHEMA CHANGE job {job}: stepping through state running"),
    t(1, 'I', "", "util/log/event_log.go", ",job={job}", "{\"Timestamp\":1745{count}{count}000,\"EventType\":\"status_change\",\"JobID\":{job},\"JobType\":\"ROW LEVEL TTL\",\"Description\":\"ttl for depot.public.{word}\",\"PreviousStatus\":\"running\",\"NewStatus\":\"succeeded\",\"RunNum\":1}"),
    t(0, 'I', "", "jobs/adopt.go", "", "job {import}: resuming execution"),
    t(0, 'I', "", "jobs/registry.go", ",job={import}", "IMPORT job {import}: stepping through state succeeded"),
    t(0, 'W', "", "sql/importer/import_job.go", ",job={import}", "encountered retryable error during import: ‹{word} n{node}: connection reset›"),
    t(0, 'I', "12@", "util/log/event_log.go", "", "{\"Timestamp\":1745{count}{count}000,\"EventType\":\"recovery_event\",\"RecoveryType\":\"import_job\",\"JobID\":{import},\"ResultStatus\":\"succeeded\",\"NumRows\":{count}{count}}"),
    t(0, 'W', "", "kv/bulk/sst_batcher.go", ",f{hex},job={import},distsql.gateway={node}", "closing with flushes in-progress encountered an error: addsstable [{key},{key}): result is ambiguous: {word} n{node}"),
];

/// Keys; the first ones come more often.
#[rustfmt::skip]
pub(crate) const KEYS: &[&str] = &[
    "/Table/{table}/{small}",
    "/Table/{table}/{small}/‹{count}›/‹{count}›",
    "/Table/{table}/{small}/‹\"{word}\"›/‹{count}›/0",
    "/Table/{table}/{small}/‹\"{uuid}\"›/0",
    "/Table/{table}/{small}/‹\"\\x{hex}{hex}\"›",
    "/Tenant/{small}/Table/{table}/{small}/‹{count}›",
    "/Table/{table}/{small}/‹2025-04-{small}T0{small}:{small}{small}:00Z›/‹\"{word}\"›",
    "/System/NodeLiveness/{node}",
    "/Table/{table}/{small}/‹NULL›/‹{count}{count}›",
    "/System/tsd/cr.node.{word}.{word}/{node}/10s/2025-04-22T{small}:00:00Z",
    "/Meta2/Table/{table}/{small}/‹{count}›",
    "/Local/RangeID/{range}/r/RangeTombstone",
];

/// Statements; the first ones come more often.
#[rustfmt::skip]
pub(crate) const STATEMENTS: &[&str] = &[
    "SELECT id, state, amount FROM depot.public.{word} WHERE customer_id = {count} AND created_at > now() - INTERVAL {small} ORDER BY created_at DESC LIMIT {count}",
    "UPDATE depot.public.{word} SET state = '{word}', updated_at = now() WHERE id = '{uuid}'",
    "INSERT INTO depot.public.{word}(id, customer_id, amount, note) VALUES ('{uuid}', {count}, {count}.{small}, '{word} {word} {count}')",
    "UPSERT INTO depot.public.{word}(id, position, seen_at) VALUES ({count}{count}, '{small}.{count}, {small}.{count}', now()), ({count}{count}, '{small}.{count}, {small}.{count}', now())",
    "SELECT o.id, c.name, sum(i.amount) FROM depot.public.{word} AS o JOIN depot.public.{word} AS c ON c.id = o.customer_id JOIN depot.public.{word} AS i ON i.order_id = o.id WHERE o.region = '{word}' GROUP BY o.id, c.name HAVING sum(i.amount) > {count}",
    "DELETE FROM depot.public.{word} WHERE expires_at < '2025-04-{small}' AND shard = {small} LIMIT {count}",
    "SELECT count(*) FROM depot.public.{word} AS OF SYSTEM TIME '-{small}s' WHERE state IN ('{word}', '{word}', '{word}')",
    "WITH late AS (SELECT id FROM depot.public.{word} WHERE due < now() - INTERVAL {count}) UPDATE depot.public.{word} SET priority = priority + {small} WHERE id IN (SELECT id FROM late)",
    "ALTER TABLE depot.public.{word} CONFIGURE ZONE USING gc.ttlseconds = {count}, num_replicas = {small}",
    "CREATE INDEX IF NOT EXISTS {word}_{word}_{count} ON depot.public.{word}(region, state) STORING (amount)",
    "SELECT * FROM depot.public.{word}@{word}_pkey WHERE (id, part) > ('{uuid}', {small}) LIMIT {count}",
    "EXPLAIN ANALYZE (DISTSQL) SELECT max(amount) FROM depot.public.{word} WHERE note LIKE '{word}%' AND weight BETWEEN {small} AND {count}",
    "GRANT SELECT, UPDATE ON TABLE depot.public.{word} TO {word}",
    "SELECT nextval('depot.public.{word}_seq'), pg_sleep({small}.{count})",
    "SHOW RANGES FROM TABLE depot.public.{word} WITH DETAILS",
];

/// Names and words; the first ones come more often.
#[rustfmt::skip]
pub(crate) const WORDS: &[&str] = &[
    "orders", "customers", "payments", "shipments", "parcels", "routes", "invoices", "vehicles", "tickets",
    "meters", "accounts", "ledger", "sessions", "carts", "baskets", "returns", "refunds", "stock", "bins",
    "shelves", "docks", "drivers", "stops", "legs", "scans", "labels", "pallets", "crates", "lots",
    "recovering", "joining", "leaving", "paused", "throttled", "rejected", "admitted", "expired", "renewed",
    "stale", "fresh", "partial", "delayed", "duplicate", "missing", "idle", "busy", "blocked", "drained",
    "moved", "merged", "copied", "verified", "skipped", "pending", "accepted", "closed", "opened", "north",
    "south", "east", "west", "upland", "harbour", "valley", "ridge", "coast", "delta", "inner", "outer",
    "alpha", "beta", "gamma", "primary", "secondary", "archive", "staging", "nightly", "hourly", "weekly",
    "billing", "reporting", "search", "mobile", "portal", "gateway", "mailer", "planner", "tracker", "lease",
    "epoch", "quorum", "snapshot", "replica", "descriptor", "closure", "backlog", "latch", "latency",
    "budget", "quota", "cache", "probe", "ticker", "merge", "ingest", "export", "replay", "compaction",
    "tombstone", "eviction", "rotation", "handshake", "keepalive", "timeout", "refresh", "commit",
    "rollback", "amber", "birch", "cedar", "dahlia", "elder", "fern", "ginger", "hazel", "indigo", "juniper",
    "kestrel", "laurel", "maple", "nettle", "olive", "poplar", "quince", "rowan", "saffron", "thistle",
    "umber", "violet", "willow", "yarrow", "zinnia", "heron", "osprey", "plover", "curlew", "dunlin",
];
