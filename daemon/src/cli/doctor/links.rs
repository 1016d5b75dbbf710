//! The links: whether the machine that each connector asks can be reached from here. Nothing of the home is sent.

use super::Finding;
use crate::config::{Config, Instance, PluginSchemas};
use reqwest::{Client, redirect::Policy};
use std::{collections::BTreeMap, error::Error as _, time::Duration};
use url::Url;

const TOPIC: &str = "link";
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn examine(config: &Config, plugins: &dyn PluginSchemas) -> Vec<Finding> {
    let mut asked: BTreeMap<Url, Vec<&str>> = BTreeMap::new();
    for instance in config.connectors.values().filter(|instance| instance.enabled) {
        if let Some(url) = address(instance, plugins) {
            asked.entry(url).or_default().push(&instance.name);
        }
    }
    let client = match client() {
        Ok(client) => client,
        Err(error) => {
            return vec![Finding::fail(
                TOPIC,
                format!("none can be tried: {error}"),
                "install watteau again",
            )];
        }
    };
    let tried = asked.iter().map(|(url, names)| tried(&client, url, names));
    futures_util::future::join_all(tried).await
}

/// The origin that an instance asks: the user's, else its plugin's.
fn address(instance: &Instance, plugins: &dyn PluginSchemas) -> Option<Url> {
    let url = match &instance.base_url {
        Some(url) => url.clone(),
        None => {
            let http = plugins.manifest(&instance.plugin).ok()?.http?;
            let host = http.allow.first().map(|allow| format!("https://{}", allow.host));
            http.base_url.or_else(|| host?.parse().ok())?
        }
    };
    // Paths and queries may say more than where it is.
    url.origin().ascii_serialization().parse().ok()
}

/// As the connectors go: directly, and trusting the same authorities.
fn client() -> anyhow::Result<Client> {
    let tls = crate::tls::client()?;
    let client = Client::builder().tls_backend_preconfigured(tls).timeout(PATIENCE).redirect(Policy::none());
    Ok(client.no_proxy().user_agent(concat!("watteau/", env!("CARGO_PKG_VERSION"))).build()?)
}

async fn tried(client: &Client, url: &Url, names: &[&str]) -> Finding {
    let host = url.host_str().unwrap_or_default();
    let names = names.join(", ");
    match client.head(url.clone()).send().await {
        // Whatever it says of a path that nobody wants, it is there.
        Ok(_) => Finding::ok(TOPIC, format!("{host} answers ({names})")),
        Err(error) => {
            let mut cause = error.source();
            let mut last = error.to_string();
            while let Some(deeper) = cause {
                last = deeper.to_string();
                cause = deeper.source();
            }
            let why = if error.is_timeout() { "no answer in time".to_owned() } else { last };
            let advice = "check the network and the name; if others reach it, it comes back by itself";
            Finding::warn(TOPIC, format!("{host} cannot be reached: {why} ({names})"), advice)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Verdict, *};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    #[tokio::test]
    async fn an_answer_is_an_answer_and_silence_is_said() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 512];
            let read = stream.read(&mut head).await.unwrap();
            stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            String::from_utf8_lossy(&head[..read]).into_owned()
        });
        let client = client().unwrap();
        let found = tried(&client, &url, &["linky", "solar"]).await;
        assert_eq!((found.verdict, found.text.as_str()), (Verdict::Ok, "127.0.0.1 answers (linky, solar)"));
        assert!(server.await.unwrap().starts_with("HEAD / HTTP/1.1\r\n"));
        // Nobody listens there any more.
        let found = tried(&client, &url, &["linky"]).await;
        assert_eq!(found.verdict, Verdict::Warn, "{}", found.text);
    }
}
