//! Inputs written as text: examples of rules, and the cases and bundles of the tests, which include this file.

#[path = "written_descriptors.rs"]
mod descriptors;

/// The files of an input that is written as text: after each line `//- path`, the lines of that file.
///
/// Short forms spare a writer what every log has, and bytes. `@binary v24.3.9 n1 250422 06:00:00.000000` stands for the preamble that a debug
/// zip shows at the top of a log. `@cluster v24.3.9 v24.3.8>v24.3.9` stands for the logs of a node for each word and for the
/// list of all nodes: the first ran one build, the second was upgraded; with `@new-cluster` an event says of each node that it
/// joined with its first build, so nothing older ran. `@descriptor 104 table{name:"t" id:104 …}` stands for a row of
/// `system.descriptor`. Lines before the first file are about the input and no part of it.
#[must_use]
pub(crate) fn files(text: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(nodes) = line.strip_prefix("@cluster ") {
            files.extend(cluster(nodes, false));
        } else if let Some(nodes) = line.strip_prefix("@new-cluster ") {
            files.extend(cluster(nodes, true));
        } else if let Some(path) = line.strip_prefix("//- ") {
            files.push((path.trim().to_owned(), Vec::new()));
        } else if let Some((_, content)) = files.last_mut() {
            let short = line.strip_prefix("@binary ").and_then(preamble);
            let short = short.or_else(|| descriptors::row(line.strip_prefix("@descriptor ")?));
            content.extend(short.as_deref().unwrap_or(line).as_bytes());
        }
    }
    files
}

fn cluster(nodes: &str, new: bool) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut list = Vec::new();
    let mut events = "timestamp\teventType\ttargetID\treportingID\tinfo\tuniqueID\n".to_owned();
    for (node, builds) in (1..).zip(nodes.split_whitespace()) {
        let mut text = String::new();
        for (hour, build) in (6..).zip(builds.split('>')) {
            let start = format!("{build} n{node} 250422 {hour:02}:00:00.000000");
            text += &preamble(&start).unwrap_or_default();
            for (counter, minute) in (1..).zip((1..60).step_by(9)) {
                text += &format!(
                    "I250422 {hour:02}:{minute:02}:00.000000 61 server/node.go:600 ⋮ [T1,Vsystem,n{node}] {counter}  node is up\n"
                );
            }
        }
        let path = format!("debug/nodes/{node}/logs/cockroach.host-{node}.log");
        files.push((path, text.into_bytes()));
        list.push(format!("{{\"desc\":{{\"node_id\":{node}}}}}"));
        let (time, event) =
            if new { ("22 06:00", "node_join") } else { ("21 05:00", "set_cluster_setting") };
        events += &format!("2025-04-{time}:00.0\t{event}\t{node}\t{node}\t{{}}\t\\x0{node}\n");
    }
    let list = format!("{{\"nodes\":[{}]}}\n", list.join(","));
    files.push(("debug/nodes.json".to_owned(), list.into_bytes()));
    files.push(("debug/system.eventlog.txt".to_owned(), events.into_bytes()));
    files
}

/// The preamble of a version, node, day and time; none for other words.
fn preamble(arguments: &str) -> Option<String> {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let [version, node, date, time] = words[..] else { return None };
    let head = format!("I{date} {time} 1 util/log/file_sync_buffer.go:237 ⋮ [T1,config] ");
    Some(format!(
        "{head} file created at: 2025/04/22 06:00:00\n{head} binary: CockroachDB CCL {version} (x86_64-pc-linux-gnu, built 2025/04/01 00:00:00, go1.22.8)\n{head} nodeID: {node}\n"
    ))
}
