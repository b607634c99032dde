use std::time::Duration;

use crate::{
    redis_deployment::RedisDeployment,
    redis_server::{RedisServer, free_port},
    wait::wait_for,
};

/// How long to wait for one node, which may be frozen, before asking the next.
const COMMAND_TIMEOUT: Duration = Duration::from_millis(500);

/// The first and the last slot of each primary.
const SLOTS: [[&str; 2]; 3] = [["0", "5460"], ["5461", "10922"], ["10923", "16383"]];

/// A Redis Cluster of three primaries, nodes 0 to 2, with one replica each, nodes 3 to 5. A replica is promoted when its
/// primary has been unreachable for one second.
#[derive(Debug)]
pub struct RedisCluster {
    /// The nodes, by number.
    pub nodes: Vec<RedisServer>,
}

/// One line of `CLUSTER NODES`.
struct ClusterNodesEntry {
    id: String,
    address: String,
    flags: String,
    slots: Vec<(u16, u16)>,
}

impl RedisCluster {
    /// Starts a cluster. On return, all nodes agree on the topology and the replicas are synchronized.
    pub fn start() -> Self {
        let nodes = (0..2 * SLOTS.len()).map(|_| {
            RedisServer::start_with(|_, _| {
                vec![
                    "cluster-enabled yes".to_owned(),
                    // The default, the port plus 10000, may be in use or above 65535.
                    format!("cluster-port {}", free_port()),
                    "cluster-node-timeout 1000".to_owned(),
                    // A replica is promoted however old its data is.
                    "cluster-replica-validity-factor 0".to_owned(),
                    "repl-diskless-sync-delay 0".to_owned(),
                ]
            })
        });
        let cluster = Self { nodes: nodes.collect() };
        cluster.introduce_nodes();
        cluster.assign_slots();
        cluster
    }

    /// The addresses of the nodes, each as `host:port`.
    pub fn addresses(&self) -> Vec<String> {
        self.nodes.iter().map(RedisServer::address).collect()
    }

    /// The URL of the first node that answers.
    pub fn url(&self) -> String {
        let running = self.nodes.iter().find(|node| node.try_command(&[b"PING"], COMMAND_TIMEOUT).is_ok());
        running.expect("a node of the Redis Cluster answers").url()
    }

    /// The numbers of the current primaries.
    pub fn primaries(&self) -> Vec<usize> {
        let members = self.members();
        members.iter().filter(|member| !member.slots.is_empty()).map(|member| self.number(member)).collect()
    }

    /// The number of the primary that currently owns the slot of this key or channel.
    pub fn primary_of(&self, key: &str) -> usize {
        let slot = self.slot(key);
        wait_for("an owner of the slot", || {
            let members = self.members();
            let owner =
                members.iter().find(|member| member.slots.iter().any(|(from, to)| (*from..=*to).contains(&slot)));
            owner.map(|member| self.number(member))
        })
    }

    /// Kills the primary that owns this key or channel and waits for the failover. Returns the number of the killed node,
    /// which becomes a replica when it is started again.
    pub fn fail_over(&mut self, key: &str) -> usize {
        let killed = self.primary_of(key);
        self.nodes[killed].kill();
        self.await_successor(killed);
        killed
    }

    /// Waits until another primary owns the slots of this killed node and all other nodes agree.
    pub fn await_successor(&self, killed: usize) {
        wait_for("the failover to another primary", || {
            (!self.primaries().contains(&killed) && self.agrees()).then_some(())
        });
    }

    /// The slot of a key or channel.
    pub fn slot(&self, key: &str) -> u16 {
        let answer = self.ask(&[b"CLUSTER", b"KEYSLOT", key.as_bytes()]);
        answer.trim_start_matches(':').trim().parse().unwrap_or_else(|_| panic!("not a slot: {answer}"))
    }

    /// The answer of the first node that answers.
    fn ask(&self, words: &[&[u8]]) -> String {
        let answer = self.nodes.iter().find_map(|node| node.try_command(words, COMMAND_TIMEOUT).ok());
        answer.expect("a node of the Redis Cluster answers")
    }

    fn introduce_nodes(&self) {
        for node in &self.nodes {
            for other in &self.nodes {
                let bus = other.command(&[b"CONFIG", b"GET", b"cluster-port"]);
                let bus = bus.trim().rsplit("\r\n").next().expect("the last line is the port");
                node.command(&[b"CLUSTER", b"MEET", b"127.0.0.1", other.port().to_string().as_bytes(), bus.as_bytes()]);
            }
        }
        wait_for("the nodes to know each other", || {
            let known = |node| members(node).is_some_and(|members| members.len() == self.nodes.len());
            self.nodes.iter().all(known).then_some(())
        });
    }

    fn assign_slots(&self) {
        let (primaries, replicas) = self.nodes.split_at(SLOTS.len());
        for (number, (node, [from, to])) in primaries.iter().zip(SLOTS).enumerate() {
            node.command(&[b"CLUSTER", b"SET-CONFIG-EPOCH", (number + 1).to_string().as_bytes()]);
            node.command(&[b"CLUSTER", b"ADDSLOTSRANGE", from.as_bytes(), to.as_bytes()]);
        }
        for (primary, replica) in primaries.iter().zip(replicas) {
            let id = primary.command(&[b"CLUSTER", b"MYID"]);
            let id = id.lines().nth(1).expect("the second line is the id").to_owned();
            wait_for("a replica to know its primary", || {
                replica.command(&[b"CLUSTER", b"REPLICATE", id.as_bytes()]).starts_with("+OK").then_some(())
            });
        }
        wait_for("the replicas to synchronize", || {
            let synchronized =
                |node: &RedisServer| node.command(&[b"INFO", b"replication"]).contains("master_link_status:up");
            (replicas.iter().all(synchronized) && self.agrees()).then_some(())
        });
    }

    /// Whether all running nodes report `cluster_state:ok`, all slots assigned, and every other node as a replica or as
    /// failed.
    fn agrees(&self) -> bool {
        self.nodes.iter().all(|node| {
            let Ok(state) = node.try_command(&[b"CLUSTER", b"INFO"], COMMAND_TIMEOUT) else {
                return true;
            };
            let members = members(node).unwrap_or_default();
            let slots: usize =
                members.iter().flat_map(|member| &member.slots).map(|(from, to)| usize::from(to - from) + 1).sum();
            let replicas = members.iter().filter(|member| member.flags.contains("slave")).count();
            let failed = members.iter().filter(|member| member.flags.contains("fail")).count();
            state.contains("cluster_state:ok") && slots == 16384 && replicas + failed >= SLOTS.len()
        })
    }

    fn members(&self) -> Vec<ClusterNodesEntry> {
        self.nodes.iter().find_map(members).expect("a node of the Redis Cluster answers")
    }

    fn number(&self, member: &ClusterNodesEntry) -> usize {
        let number = self.nodes.iter().position(|node| node.address() == member.address);
        number.unwrap_or_else(|| panic!("{} ({}) is not a node of this cluster", member.address, member.id))
    }
}

impl RedisDeployment for RedisCluster {
    fn environment(&self) -> Vec<(&'static str, String)> {
        vec![("REDIS_CLUSTER", self.addresses().join(","))]
    }
}

/// The topology that a node reports, if it answers.
fn members(node: &RedisServer) -> Option<Vec<ClusterNodesEntry>> {
    let answer = node.try_command(&[b"CLUSTER", b"NODES"], COMMAND_TIMEOUT).ok()?;
    // The first line is the length of the bulk string.
    Some(answer.lines().skip(1).filter(|line| !line.is_empty()).map(member).collect())
}

/// `<id> <ip:port@bus> <flags> <primary> <ping> <pong> <epoch> <link> <slot> <slot>…`
fn member(line: &str) -> ClusterNodesEntry {
    let words: Vec<&str> = line.split(' ').collect();
    let [id, address, flags, _, _, _, _, _, slots @ ..] = words.as_slice() else {
        panic!("not a line of CLUSTER NODES: {line}");
    };
    let number = |text: &str| text.parse::<u16>().unwrap_or_else(|_| panic!("not a slot: {line}"));
    let range = |text: &&str| match text.split_once('-') {
        Some((from, to)) => (number(from), number(to)),
        None => (number(text), number(text)),
    };
    ClusterNodesEntry {
        id: (*id).to_owned(),
        address: address.split('@').next().unwrap_or_default().to_owned(),
        flags: (*flags).to_owned(),
        slots: slots.iter().map(range).collect(),
    }
}
