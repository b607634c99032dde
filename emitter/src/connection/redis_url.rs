//! URLs of Redis, as people write them.

use percent_encoding::percent_decode_str;

use super::{
    access::{AccessOptions, HostPort},
    tls::{Tls, TlsFiles},
};
use crate::base::Error;

const PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;

const SCHEMES: &str = "redis://, rediss://, valkey://, valkeys://, unix://, redis+unix://, redis-cluster://, \
                       rediss-cluster://, redis-sentinel:// or rediss-sentinel://";

/// What a URL says: how Redis is deployed, where, and what it wants.
#[derive(Debug)]
pub(super) enum RedisUrl {
    Server {
        host: HostPort,
        access: AccessOptions,
    },
    Socket {
        path: String,
        access: AccessOptions,
    },
    Cluster {
        seeds: Vec<HostPort>,
        access: AccessOptions,
    },
    /// The sentinels have passwords of their own.
    Sentinel {
        sentinels: Vec<HostPort>,
        asking: AccessOptions,
        service: String,
        access: AccessOptions,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UrlKind {
    Server,
    Socket,
    Cluster,
    Sentinel,
}

/// What comes after the question mark.
#[derive(Default)]
struct UrlParameters {
    files: TlsFiles,
    /// A socket has no other place for these.
    user: Option<String>,
    pass: Option<String>,
    db: Option<String>,
    sentinel_user: Option<String>,
    sentinel_password: Option<String>,
}

impl RedisUrl {
    /// Reads one. User and password are taken where the URL has none.
    ///
    /// No error repeats a part of it: what is in the wrong place might be a piece of a password.
    pub(super) fn parse(url: &str, username: Option<&str>, password: Option<&str>) -> Result<Self, Error> {
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong(&format!("it must begin with {SCHEMES}")))?;
        let (kind, tls) = match scheme {
            "redis" | "valkey" => (UrlKind::Server, false),
            "rediss" | "valkeys" => (UrlKind::Server, true),
            "unix" | "redis+unix" | "valkey+unix" => (UrlKind::Socket, false),
            "redis-cluster" | "valkey-cluster" => (UrlKind::Cluster, false),
            "rediss-cluster" | "valkeys-cluster" => (UrlKind::Cluster, true),
            "redis-sentinel" | "valkey-sentinel" => (UrlKind::Sentinel, false),
            "rediss-sentinel" | "valkeys-sentinel" => (UrlKind::Sentinel, true),
            _ => return Err(wrong(&format!("it must begin with {SCHEMES}"))),
        };
        if rest.contains('#') {
            return Err(wrong("it has a `#`, which means nothing here (in a password, write %23)"));
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let given = UrlParameters::parse(query, kind, tls)?;
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        let (login, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, pass) = login.split_once(':').map_or((login, None), |(user, pass)| (user, Some(pass)));
        let user = (!user.is_empty()).then(|| decode(user)).transpose()?;
        let pass = pass.map(decode).transpose()?;
        let tls = tls.then(|| Tls::load(&given.files)).transpose()?;
        let mut access = AccessOptions {
            username: user.or(given.user).or(username.map(str::to_owned)),
            password: pass.or(given.pass).or(password.map(str::to_owned)),
            db: 0,
            tls,
        };
        let mut steps = path.trim_matches('/').split('/');
        if kind == UrlKind::Socket {
            if !authority.is_empty() || path.len() < 2 {
                return Err(wrong("a socket is named by its whole path, as in unix:///run/redis.sock"));
            }
            access.db = database(given.db.as_deref().unwrap_or_default())?;
            return Ok(Self::Socket { path: decode(path)?, access });
        }
        if kind == UrlKind::Sentinel {
            let service = decode(steps.next().unwrap_or_default())?;
            if service.is_empty() {
                return Err(wrong("it names no service, as in redis-sentinel://host:26379/mymaster"));
            }
            access.db = database(steps.next().unwrap_or_default())?;
            let asking = AccessOptions {
                username: given.sentinel_user,
                password: given.sentinel_password,
                db: 0,
                tls: access.tls.clone(),
            };
            end(steps)?;
            return Ok(Self::Sentinel { sentinels: all_hosts(hosts, SENTINEL_PORT)?, asking, service, access });
        }
        access.db = database(steps.next().unwrap_or_default())?;
        end(steps)?;
        let mut seeds = all_hosts(hosts, PORT)?;
        match kind {
            UrlKind::Cluster if access.db != 0 => Err(wrong("a Redis Cluster has only database 0")),
            UrlKind::Cluster => Ok(Self::Cluster { seeds, access }),
            _ if seeds.len() > 1 => {
                Err(wrong("many hosts are a cluster, redis-cluster://, or sentinels, redis-sentinel://"))
            }
            _ => Ok(Self::Server { host: seeds.remove(0), access }),
        }
    }
}

impl UrlParameters {
    fn parse(query: &str, kind: UrlKind, tls: bool) -> Result<Self, Error> {
        let mut given = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let place = match name {
                "ca" if tls => &mut given.files.ca,
                "cert" if tls => &mut given.files.cert,
                "key" if tls => &mut given.files.key,
                "db" if kind == UrlKind::Socket => &mut given.db,
                "user" if kind == UrlKind::Socket => &mut given.user,
                "pass" if kind == UrlKind::Socket => &mut given.pass,
                "sentinel_user" if kind == UrlKind::Sentinel => &mut given.sentinel_user,
                "sentinel_password" if kind == UrlKind::Sentinel => &mut given.sentinel_password,
                "ca" | "cert" | "key" => return Err(wrong("certificates are for TLS: write rediss:// for redis://")),
                "insecure" => {
                    return Err(wrong("certificates are always checked; ca=FILE names the authority to trust"));
                }
                _ => {
                    return Err(wrong(
                        "after `?` may come ca, cert and key with TLS; sentinel_user and sentinel_password with \
                         sentinels; db, user and pass with a socket (in a password, write %3F for `?`)",
                    ));
                }
            };
            *place = Some(decode(value)?);
        }
        Ok(given)
    }
}

fn all_hosts(hosts: &str, default: u16) -> Result<Vec<HostPort>, Error> {
    hosts.split(',').map(|host| one_host(host.trim(), default)).collect()
}

fn one_host(text: &str, default: u16) -> Result<HostPort, Error> {
    let (name, port) = match text.strip_prefix('[') {
        Some(v6) => v6.split_once(']').ok_or_else(|| wrong("the bracket of an IPv6 address is not closed"))?,
        None => text.find(':').map_or((text, ""), |colon| text.split_at(colon)),
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => Some(default),
        None => None,
        Some(port) => port.parse().ok().filter(|port| *port > 0),
    };
    let port = port.ok_or_else(|| {
        wrong("a port must be a number from 1 to 65535 (in a password, percent-encode / ? # : and @; IPv6 needs brackets)")
    })?;
    if name.is_empty() {
        return Err(wrong("a host has no name"));
    }
    Ok(HostPort { name: decode(name)?, port })
}

fn database(text: &str) -> Result<i64, Error> {
    if text.is_empty() {
        return Ok(0);
    }
    let number: Option<u32> = text.parse().ok();
    number.map(i64::from).ok_or_else(|| wrong("the database must be a number (in a password, write %2F for `/`)"))
}

fn end<'a>(mut steps: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    steps.next().map_or(Ok(()), |_| Err(wrong("its path has too many parts (in a password, write %2F for `/`)")))
}

fn decode(text: &str) -> Result<String, Error> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Into::into).map_err(|_| wrong("something percent-encoded in it is not UTF-8"))
}

fn wrong(reason: &str) -> Error {
    Error::Config(format!("the Redis URL cannot be used: {reason}"))
}

#[cfg(test)]
mod tests;
