use std::time::Duration;

use crate::{
    deployment::Deployment,
    patience::wait_for,
    redis_server::{RedisServer, free_port},
};

/// How long a node may take to answer before another is asked: it may be frozen.
const ANSWER: Duration = Duration::from_millis(500);

/// The first and the last slot of each primary.
const SLOTS: [[&str; 2]; 3] = [["0", "5460"], ["5461", "10922"], ["10923", "16383"]];

/// A Redis Cluster: three primaries, the nodes 0 to 2, with a replica each, the nodes 3 to 5. A replica takes over from a
/// primary that has been silent for a second.
#[derive(Debug)]
pub struct RedisCluster {
    /// Its nodes, by their number.
    pub nodes: Vec<RedisServer>,
}

/// What a node says about another, or itself.
struct Member {
    id: String,
    address: String,
    flags: String,
    slots: Vec<(u16, u16)>,
}

impl RedisCluster {
    /// Starts one; all nodes agree about it, and the replicas have their copies, when this returns.
    pub fn start() -> Self {
        let nodes = (0..2 * SLOTS.len()).map(|_| {
            RedisServer::start_with(|_, _| {
                vec![
                    "cluster-enabled yes".to_owned(),
                    // Usually it is the port plus 10000, which need not be free, or a port.
                    format!("cluster-port {}", free_port()),
                    "cluster-node-timeout 1000".to_owned(),
                    // However old its copy is, a replica may take over.
                    "cluster-replica-validity-factor 0".to_owned(),
                    "repl-diskless-sync-delay 0".to_owned(),
                ]
            })
        });
        let cluster = Self { nodes: nodes.collect() };
        cluster.meet();
        cluster.share();
        cluster
    }

    /// The nodes' addresses, `host:port` each.
    pub fn addresses(&self) -> Vec<String> {
        self.nodes.iter().map(RedisServer::address).collect()
    }

    /// The URL of the first node that runs.
    pub fn url(&self) -> String {
        let running = self.nodes.iter().find(|node| node.try_command(&[b"PING"], ANSWER).is_ok());
        running.expect("a node of the Redis Cluster runs").url()
    }

    /// The numbers of those who are primaries at this moment.
    pub fn primaries(&self) -> Vec<usize> {
        let members = self.members();
        members.iter().filter(|member| !member.slots.is_empty()).map(|member| self.number(member)).collect()
    }

    /// The number of the primary that has the slot of this key or channel at this moment.
    pub fn primary_of(&self, key: &str) -> usize {
        let slot = self.slot(key);
        wait_for("a primary for every slot", || {
            let members = self.members();
            let owner =
                members.iter().find(|member| member.slots.iter().any(|(from, to)| (*from..=*to).contains(&slot)));
            owner.map(|member| self.number(member))
        })
    }

    /// Kills the primary of this key or channel, and waits until the others have another. Gives the number of the one
    /// that was killed; to revive it makes it a replica.
    pub fn fail_over(&mut self, key: &str) -> usize {
        let killed = self.primary_of(key);
        self.nodes[killed].kill();
        self.await_successor(killed);
        killed
    }

    /// Waits until another primary has the slots of this one, which was killed, and all others know.
    pub fn await_successor(&self, killed: usize) {
        wait_for("another primary", || (!self.primaries().contains(&killed) && self.agrees()).then_some(()));
    }

    /// The slot of a key or channel.
    pub fn slot(&self, key: &str) -> u16 {
        let answer = self.ask(&[b"CLUSTER", b"KEYSLOT", key.as_bytes()]);
        answer.trim_start_matches(':').trim().parse().unwrap_or_else(|_| panic!("not a slot: {answer}"))
    }

    /// The answer of the first node that gives one.
    fn ask(&self, words: &[&[u8]]) -> String {
        let answer = self.nodes.iter().find_map(|node| node.try_command(words, ANSWER).ok());
        answer.expect("a node of the Redis Cluster runs")
    }

    fn meet(&self) {
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

    fn share(&self) {
        let (primaries, replicas) = self.nodes.split_at(SLOTS.len());
        for (number, (node, [from, to])) in primaries.iter().zip(SLOTS).enumerate() {
            node.command(&[b"CLUSTER", b"SET-CONFIG-EPOCH", (number + 1).to_string().as_bytes()]);
            node.command(&[b"CLUSTER", b"ADDSLOTSRANGE", from.as_bytes(), to.as_bytes()]);
        }
        for (primary, replica) in primaries.iter().zip(replicas) {
            let id = primary.command(&[b"CLUSTER", b"MYID"]);
            let id = id.lines().nth(1).expect("the second line is the id").to_owned();
            wait_for("a replica to take its primary", || {
                replica.command(&[b"CLUSTER", b"REPLICATE", id.as_bytes()]).starts_with("+OK").then_some(())
            });
        }
        wait_for("the replicas to have their copies", || {
            let copied =
                |node: &RedisServer| node.command(&[b"INFO", b"replication"]).contains("master_link_status:up");
            (replicas.iter().all(copied) && self.agrees()).then_some(())
        });
    }

    /// Whether all nodes that run see three primaries with all slots, and themselves in a cluster that works.
    fn agrees(&self) -> bool {
        self.nodes.iter().all(|node| {
            let Ok(state) = node.try_command(&[b"CLUSTER", b"INFO"], ANSWER) else {
                return true;
            };
            let members = members(node).unwrap_or_default();
            let slots: usize =
                members.iter().flat_map(|member| &member.slots).map(|(from, to)| usize::from(to - from) + 1).sum();
            let replicas = members.iter().filter(|member| member.flags.contains("slave")).count();
            let ends = members.iter().filter(|member| member.flags.contains("fail")).count();
            state.contains("cluster_state:ok") && slots == 16384 && replicas + ends >= SLOTS.len()
        })
    }

    fn members(&self) -> Vec<Member> {
        self.nodes.iter().find_map(members).expect("a node of the Redis Cluster runs")
    }

    fn number(&self, member: &Member) -> usize {
        let number = self.nodes.iter().position(|node| node.address() == member.address);
        number.unwrap_or_else(|| panic!("{} ({}) is none of the nodes", member.address, member.id))
    }
}

impl Deployment for RedisCluster {
    fn environment(&self) -> Vec<(&'static str, String)> {
        vec![("REDIS_CLUSTER", self.addresses().join(","))]
    }
}

/// What a node knows, if it answers.
fn members(node: &RedisServer) -> Option<Vec<Member>> {
    let answer = node.try_command(&[b"CLUSTER", b"NODES"], ANSWER).ok()?;
    // The first line is the answer's length.
    Some(answer.lines().skip(1).filter(|line| !line.is_empty()).map(member).collect())
}

/// `<id> <ip:port@bus> <flags> <primary> <ping> <pong> <epoch> <link> <slot> <slot>…`
fn member(line: &str) -> Member {
    let words: Vec<&str> = line.split(' ').collect();
    let [id, address, flags, _, _, _, _, _, slots @ ..] = words.as_slice() else {
        panic!("not a node of CLUSTER NODES: {line}");
    };
    let number = |text: &str| text.parse::<u16>().unwrap_or_else(|_| panic!("not a slot: {line}"));
    let range = |text: &&str| match text.split_once('-') {
        Some((from, to)) => (number(from), number(to)),
        None => (number(text), number(text)),
    };
    Member {
        id: (*id).to_owned(),
        address: address.split('@').next().unwrap_or_default().to_owned(),
        flags: (*flags).to_owned(),
        slots: slots.iter().map(range).collect(),
    }
}
