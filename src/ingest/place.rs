//! Whose file it is, by its path: the virtual cluster and the node.

use crate::model::{NodeId, Tenant};

/// What stands between the path of an archive and that of its member.
pub const SEPARATOR: &str = " » ";

/// Virtual cluster and node that a path names. The prefix before them varies (`debug/`, `mydump/debug/`, nothing),
/// so only the folders themselves count: `cluster/<name>/` or `tenants/<name>/`, and `nodes/<id>/`.
pub(super) fn place(path: &str) -> (&str, Option<NodeId>) {
    let mut tenant = Tenant::SYSTEM;
    let mut node = None;
    let mut parts = parts(path).peekable();
    while let Some(folder) = parts.next() {
        let Some(next) = parts.peek().copied() else { break };
        let mut after = parts.clone().skip(1);
        match folder {
            // A folder that somebody made around the bundle, `cluster/prod/debug/…`, names no virtual cluster.
            "cluster" | "tenants" if after.next().is_some_and(|folder| folder != "debug") => {
                tenant = next;
                node = None;
            }
            "nodes" if after.next().is_some() => node = id(next),
            "nodes" => node = next.strip_suffix(".skipped").and_then(id),
            _ => {}
        }
    }
    (tenant, node)
}

/// The node whose file it is, by its path; none of a file of the whole cluster.
#[must_use]
pub fn node_at(path: &str) -> Option<NodeId> {
    place(path).1
}

/// Whether the path lies in the folder of a node.
pub(super) fn in_node_folder(path: &str) -> bool {
    let mut parts = parts(path);
    while let Some(folder) = parts.next() {
        if folder == "nodes" && parts.clone().next().is_some_and(|name| id(name).is_some()) {
            return true;
        }
    }
    false
}

/// The virtual cluster whose ranges a path lists: `tenant_ranges/<name>/`. The folders of a zip that was taken of a
/// virtual cluster itself are localities there (`region=us-east1`); they name none.
pub(super) fn tenant_of_ranges(path: &str) -> Option<&str> {
    let mut parts = parts(path).skip_while(|folder| *folder != "tenant_ranges").skip(1);
    let name = parts.next().filter(|name| !name.contains('=') && !name.is_empty())?;
    parts.next().map(|_| name)
}

fn parts(path: &str) -> impl Iterator<Item = &str> + Clone {
    // By characters, because an archive can have millions of paths and searching for a string costs more.
    path.split(['/', '»']).map(str::trim)
}

fn id(name: &str) -> Option<NodeId> {
    let digits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
    name.parse().ok().filter(|_| digits).map(NodeId)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, tenant: &str, node: Option<u32>) {
        assert_eq!(place(path), (tenant, node.map(NodeId)), "{path}");
    }

    #[test]
    fn node_and_tenant_are_folders_wherever_the_tree_begins() {
        check("debug/nodes/1/logs/cockroach.log", "system", Some(1));
        check("nodes/12/status.json", "system", Some(12));
        check("mydump/debug/nodes/3.skipped", "system", Some(3));
        check("debug/cluster/demo/nodes/2/logs/cockroach.log", "demo", Some(2));
        check("debug/tenants/t-10/crdb_internal.jobs.txt", "t-10", None);
        check("debug/cluster/demo/events.json", "demo", None);
        check("upload/n4.zip » nodes/4/logs/cockroach.log", "system", Some(4));
    }

    #[test]
    fn names_that_only_look_alike_name_nothing() {
        check("debug/nodes.json", "system", None);
        check("debug/nodes/all/x.log", "system", None);
        check("debug/nodes/4294967296/x.log", "system", None);
        check("nodes/+7/x.log", "system", None);
        check("cluster/prod/debug/nodes/1/logs/x.log", "system", Some(1));
        check("cluster/readme.txt", "system", None);
        check("", "system", None);
    }

    #[test]
    fn ranges_of_a_virtual_cluster_name_it() {
        assert_eq!(tenant_of_ranges("debug/tenant_ranges/app/1.json"), Some("app"));
        assert_eq!(tenant_of_ranges("debug/tenant_ranges/region=us-east1/1.json"), None);
        assert_eq!(tenant_of_ranges("debug/tenant_ranges.err.txt"), None);
        assert_eq!(tenant_of_ranges("debug/tenant_ranges/1.json"), None);
    }

    #[test]
    fn a_table_of_a_node_lies_in_its_folder() {
        assert!(in_node_folder("debug/nodes/1/crdb_internal.leases.txt"));
        assert!(!in_node_folder("debug/crdb_internal.jobs.txt"));
        assert!(!in_node_folder("debug/nodes"));
    }
}
