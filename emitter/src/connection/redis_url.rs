use percent_encoding::percent_decode_str;

use super::{
    access_options::AccessOptions,
    config_error::invalid_url,
    host_port::HostPort,
    tls::{TlsFiles, TlsSettings},
};
use crate::base::Error;

const DEFAULT_PORT: u16 = 6379;
const DEFAULT_SENTINEL_PORT: u16 = 26379;

const SCHEMES: &str = "redis://, rediss://, valkey://, valkeys://, unix://, redis+unix://, redis-cluster://, \
                       rediss-cluster://, redis-sentinel:// or rediss-sentinel://";

/// A Redis URL: how Redis is deployed, the addresses, and how to log in.
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
    Sentinel {
        sentinels: Vec<HostPort>,
        /// The login of the sentinels, which is not that of Redis.
        sentinel_access: AccessOptions,
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

/// The parameters after the question mark.
#[derive(Default)]
struct UrlParameters {
    files: TlsFiles,
    /// A socket's URL has no other place for user, password and database.
    user: Option<String>,
    pass: Option<String>,
    db: Option<String>,
    sentinel_user: Option<String>,
    sentinel_password: Option<String>,
}

impl RedisUrl {
    /// Reads a URL. `username` and `password` are used where the URL has none.
    pub(super) fn parse(url: &str, username: Option<&str>, password: Option<&str>) -> Result<Self, Error> {
        let (scheme, rest) = url.split_once("://").ok_or_else(unknown_scheme)?;
        let (kind, tls) = match scheme {
            "redis" | "valkey" => (UrlKind::Server, false),
            "rediss" | "valkeys" => (UrlKind::Server, true),
            "unix" | "redis+unix" | "valkey+unix" => (UrlKind::Socket, false),
            "redis-cluster" | "valkey-cluster" => (UrlKind::Cluster, false),
            "rediss-cluster" | "valkeys-cluster" => (UrlKind::Cluster, true),
            "redis-sentinel" | "valkey-sentinel" => (UrlKind::Sentinel, false),
            "rediss-sentinel" | "valkeys-sentinel" => (UrlKind::Sentinel, true),
            _ => return Err(unknown_scheme()),
        };
        if rest.contains('#') {
            return Err(invalid_url("it has no fragment, so `#` is not allowed; in a password, write %23"));
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let parameters = UrlParameters::parse(query, kind, tls)?;
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        let (login, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, pass) = login.split_once(':').map_or((login, None), |(user, pass)| (user, Some(pass)));
        let user = (!user.is_empty()).then(|| decode(user)).transpose()?;
        let pass = pass.map(decode).transpose()?;
        let tls = tls.then(|| TlsSettings::load(&parameters.files)).transpose()?;
        let mut access = AccessOptions {
            username: user.or(parameters.user).or(username.map(str::to_owned)),
            password: pass.or(parameters.pass).or(password.map(str::to_owned)),
            db: 0,
            tls,
        };
        let mut segments = path.trim_matches('/').split('/');
        if kind == UrlKind::Socket {
            if !authority.is_empty() || path.len() < 2 {
                return Err(invalid_url("a Unix socket needs its absolute path; write unix:///run/redis.sock"));
            }
            access.db = database(parameters.db.as_deref().unwrap_or_default())?;
            return Ok(Self::Socket { path: decode(path)?, access });
        }
        if kind == UrlKind::Sentinel {
            let service = decode(segments.next().unwrap_or_default())?;
            if service.is_empty() {
                return Err(invalid_url("it names no service; write redis-sentinel://HOST:26379/SERVICE"));
            }
            access.db = database(segments.next().unwrap_or_default())?;
            let sentinel_access = AccessOptions {
                username: parameters.sentinel_user,
                password: parameters.sentinel_password,
                db: 0,
                tls: access.tls.clone(),
            };
            end(segments)?;
            let sentinels = parse_hosts(hosts, DEFAULT_SENTINEL_PORT)?;
            return Ok(Self::Sentinel { sentinels, sentinel_access, service, access });
        }
        access.db = database(segments.next().unwrap_or_default())?;
        end(segments)?;
        let mut seeds = parse_hosts(hosts, DEFAULT_PORT)?;
        match kind {
            UrlKind::Cluster if access.db != 0 => {
                Err(invalid_url("a Redis Cluster has only database 0; leave the database out"))
            }
            UrlKind::Cluster => Ok(Self::Cluster { seeds, access }),
            _ if seeds.len() > 1 => Err(invalid_url(
                "it names several hosts; write redis-cluster:// for a Redis Cluster or redis-sentinel:// for sentinels",
            )),
            _ => Ok(Self::Server { host: seeds.remove(0), access }),
        }
    }
}

impl UrlParameters {
    fn parse(query: &str, kind: UrlKind, tls: bool) -> Result<Self, Error> {
        let mut parameters = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let parameter = match name {
                "ca" if tls => &mut parameters.files.ca,
                "cert" if tls => &mut parameters.files.cert,
                "key" if tls => &mut parameters.files.key,
                "db" if kind == UrlKind::Socket => &mut parameters.db,
                "user" if kind == UrlKind::Socket => &mut parameters.user,
                "pass" if kind == UrlKind::Socket => &mut parameters.pass,
                "sentinel_user" if kind == UrlKind::Sentinel => &mut parameters.sentinel_user,
                "sentinel_password" if kind == UrlKind::Sentinel => &mut parameters.sentinel_password,
                "ca" | "cert" | "key" => {
                    return Err(invalid_url("`ca`, `cert` and `key` need TLS; write rediss:// instead of redis://"));
                }
                "insecure" => {
                    return Err(invalid_url(
                        "certificates are always checked; to trust your own authority, write ca=FILE",
                    ));
                }
                _ => {
                    return Err(invalid_url(
                        "unknown parameter after `?`; use ca, cert and key with TLS, sentinel_user and \
                         sentinel_password with sentinels, db, user and pass with a Unix socket (in a password, write \
                         %3F for `?`)",
                    ));
                }
            };
            *parameter = Some(decode(value)?);
        }
        Ok(parameters)
    }
}

fn parse_hosts(hosts: &str, default_port: u16) -> Result<Vec<HostPort>, Error> {
    hosts.split(',').map(|host| parse_host(host.trim(), default_port)).collect()
}

fn parse_host(text: &str, default_port: u16) -> Result<HostPort, Error> {
    let (name, port) = match text.strip_prefix('[') {
        Some(v6) => v6
            .split_once(']')
            .ok_or_else(|| invalid_url("the bracket of an IPv6 address is not closed; write [ADDRESS]:PORT"))?,
        None => text.find(':').map_or((text, ""), |colon| text.split_at(colon)),
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => Some(default_port),
        None => None,
        Some(port) => port.parse().ok().filter(|port| *port > 0),
    };
    let port = port.ok_or_else(|| {
        invalid_url(
            "a port must be a number from 1 to 65535; in a password, percent-encode / ? # : and @, and put an IPv6 \
             address in brackets",
        )
    })?;
    if name.is_empty() {
        return Err(invalid_url("a host has no name; write HOST or HOST:PORT"));
    }
    Ok(HostPort { name: decode(name)?, port })
}

fn database(text: &str) -> Result<i64, Error> {
    if text.is_empty() {
        return Ok(0);
    }
    let number: Option<u32> = text.parse().ok();
    number.map(i64::from).ok_or_else(|| invalid_url("the database must be a number; in a password, write %2F for `/`"))
}

fn end<'a>(mut segments: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    match segments.next() {
        None => Ok(()),
        Some(_) => Err(invalid_url("its path has too many parts; in a password, write %2F for `/`")),
    }
}

fn decode(text: &str) -> Result<String, Error> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded
        .map(Into::into)
        .map_err(|_| invalid_url("a percent-encoded part is not UTF-8; percent-encode its UTF-8 bytes"))
}

fn unknown_scheme() -> Error {
    invalid_url(&format!("it must begin with {SCHEMES}"))
}

#[cfg(test)]
mod tests;
