//! The sentences a person reads when something is refused, and who is at fault. Of a meter only the last four digits
//! are ever said; of a token, nothing.

use crate::{feed::Feed, gateway::Gateway};
use watteau_sdk::prelude::*;

/// The party behind the meters.
pub const ENEDIS: &str = "Enedis";

const DAY_SECONDS: u32 = 86_400;

/// What is known of a call that was refused.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Who was asked.
    pub gateway: Gateway,
    /// For what.
    pub feed: Feed,
    /// The last four digits of the meter.
    pub meter: &'a str,
    /// When.
    pub now: Instant,
}

impl Known<'_> {
    /// The token's own dates, the gateway or Enedis say that the consent is over.
    pub fn consent_expired(self) -> Failure {
        let gateway = self.gateway.name();
        Failure::consent((
            format!(
                "Your Enedis consent is no longer valid. Renew it on the site of {gateway}, then paste the new token."
            ),
            format!(
                "Votre autorisation Enedis n’est plus valable. Renouvelez-la sur le site de {gateway}, puis collez le \
                 nouveau jeton."
            ),
        ))
        .by(ENEDIS)
    }

    /// The meter of the settings is not one of the token's.
    pub fn wrong_meter(self) -> Failure {
        let meter = self.meter;
        Failure::setting(
            "prm",
            (
                format!(
                    "This token does not give access to the meter …{meter}: check the 14 digits of the PRM."
                ),
                format!(
                    "Ce jeton ne donne pas accès au compteur …{meter} : vérifiez les 14 chiffres du PRM."
                ),
            ),
        )
    }

    /// The account of the token does not have the meter, or has no consent for it.
    pub(crate) fn not_in_account(self) -> Failure {
        let (gateway, meter) = (self.gateway.name(), self.meter);
        Failure::consent((
            format!(
                "Your account at {gateway} does not give access to the meter …{meter}: check the 14 digits of the PRM, \
                 add the meter to the account, or renew its Enedis consent there."
            ),
            format!(
                "Votre compte {gateway} ne donne pas accès au compteur …{meter} : vérifiez les 14 chiffres du PRM, \
                 ajoutez le compteur au compte, ou renouvelez-y son autorisation Enedis."
            ),
        ))
        .by(self.gateway.name())
    }

    /// Enedis has lost the link between the consent and the meter.
    pub(crate) fn not_linked(self) -> Failure {
        let meter = self.meter;
        Failure::unavailable(
            (
                format!(
                    "Enedis does not link the meter …{meter} to your consent. If the number is right, this is a \
                     known fault of Enedis; it is asked again tomorrow."
                ),
                format!(
                    "Enedis ne relie pas le compteur …{meter} à votre autorisation. Si le numéro est juste, \
                     c’est une panne connue d’Enedis ; la demande sera refaite demain."
                ),
            ),
            DAY_SECONDS,
        )
        .by(ENEDIS)
    }

    /// The meter has nothing in this direction, or the consent does not cover it.
    pub(crate) fn wrong_direction(self) -> Failure {
        let meter = self.meter;
        let text = if self.feed.is_production() {
            Text::new(
                format!(
                    "Enedis has no production data for the meter …{meter}: it has no panels, or another PRM has them, \
                     or your consent does not cover them. Take the production out of `what`, or renew the consent."
                ),
                format!(
                    "Enedis n’a pas de données de production pour le compteur …{meter} : il n’a pas de panneaux, ou un \
                     autre PRM les a, ou votre autorisation ne les couvre pas. Retirez la production de « what », ou \
                     renouvelez l’autorisation."
                ),
            )
        } else {
            Text::new(
                format!(
                    "Enedis has no consumption data for the meter …{meter}: if it measures panels alone, name only \
                     the production in `what`."
                ),
                format!(
                    "Enedis n’a pas de données de consommation pour le compteur …{meter} : s’il ne mesure que des \
                     panneaux, ne nommez que la production dans « what »."
                ),
            )
        };
        Failure::not_offered(text).by(ENEDIS)
    }

    /// The collection by half-hour is off while the days are there.
    pub fn no_load_curve(self) -> Failure {
        let text = if self.feed.is_production() {
            Text::new(
                "Half-hourly collection of the production is off: switch on recording and collection of the hourly \
                 production in your Enedis account, then wait two days.",
                "La collecte de la production par demi-heure est désactivée : activez l’enregistrement et la collecte \
                 de la production horaire dans votre compte Enedis, puis attendez deux jours.",
            )
        } else {
            Text::new(
                "Half-hourly collection is off: switch on recording and collection of the hourly consumption in your \
                 Enedis account, then wait two days.",
                "La collecte par demi-heure est désactivée : activez l’enregistrement et la collecte de la \
                 consommation horaire dans votre compte Enedis, puis attendez deux jours.",
            )
        };
        Failure::not_offered(text).by(ENEDIS)
    }

    /// The gateway does not have this feed.
    pub(crate) fn not_at_this_gateway(self) -> Failure {
        let (gateway, feed) = (self.gateway.name(), self.feed.name());
        Failure::not_offered((
            format!(
                "{gateway} does not tell the contract: take `{feed}` out of `what`. The other data go on."
            ),
            format!(
                "{gateway} ne donne pas le contrat : retirez « {feed} » de « what ». Les autres données continuent."
            ),
        ))
    }

    pub(crate) fn token_refused(self) -> Failure {
        let gateway = self.gateway.name();
        let (en, fr) = match self.gateway {
            Gateway::ConsoApi => (
                "it is mistyped, has expired, or was given for another meter",
                "il est mal recopié, expiré, ou donné pour un autre compteur",
            ),
            Gateway::MedV1 => (
                "it is mistyped, was replaced when the consent was renewed, or was given for another meter; an account of \
                 the version 2 needs gateway = \"myelectricaldata-v2\"",
                "il est mal recopié, a été remplacé au renouvellement de l’autorisation, ou a été donné pour un autre \
                 compteur ; un compte de la version 2 demande gateway = \"myelectricaldata-v2\"",
            ),
            Gateway::MedV2 => (
                "it is mistyped, has expired, or is one of the version 1, which needs gateway = \"myelectricaldata\"",
                "il est mal recopié, expiré, ou de la version 1, qui demande gateway = \"myelectricaldata\"",
            ),
        };
        Failure::consent((
            format!("{gateway} refuses the token: {en}."),
            format!("{gateway} refuse le jeton : {fr}."),
        ))
        .by(gateway)
    }

    pub(crate) fn gateway_login(self) -> Failure {
        let gateway = self.gateway.name();
        Failure::unavailable(
            (
                format!(
                    "The gateway {gateway} cannot log in to Enedis at present. Nothing is lost: it is asked again."
                ),
                format!(
                    "La passerelle {gateway} n’arrive pas à se connecter à Enedis. Rien n’est perdu : la demande sera \
                     refaite."
                ),
            ),
            None,
        )
        .by(gateway)
    }

    pub(crate) fn gateway_down(self, seconds: Option<u32>) -> Failure {
        let gateway = self.gateway.name();
        Failure::unavailable(
            (
                format!("The gateway {gateway} does not work at present."),
                format!("La passerelle {gateway} est en panne."),
            ),
            seconds,
        )
        .by(gateway)
    }

    pub(crate) fn blocked(self) -> Failure {
        let gateway = self.gateway.name();
        Failure::unavailable(
            (
                format!("{gateway} refuses this address: it may be blocked. It is asked again in three days."),
                format!(
                    "{gateway} refuse cette adresse : elle est peut-être bloquée. La demande sera refaite dans trois \
                     jours."
                ),
            ),
            3 * DAY_SECONDS,
        )
        .by(gateway)
    }

    pub(crate) fn quota(self, until: Option<Instant>) -> Failure {
        Failure::quota(
            (
                "The gateway takes no more calls for now. Nothing is lost: the rest will be asked later.",
                "La passerelle refuse d’autres appels pour l’instant. Rien n’est perdu : la suite sera demandée \
                 plus tard.",
            ),
            until.filter(|until| *until > self.now),
        )
        .by(self.gateway.name())
    }

    /// The request itself: nobody's fault but ours.
    pub(crate) fn malformed(self, body: &serde_json::Value) -> Failure {
        let gateway = self.gateway.name();
        Failure::unreadable(
            (
                format!(
                    "The request made to {gateway} is refused as malformed: this is a defect of watteau."
                ),
                format!(
                    "La requête faite à {gateway} est refusée, jugée mal formée : c’est un défaut de watteau."
                ),
            ),
            body.to_string(),
        )
    }

    /// A server that does not know the path at all.
    pub(crate) fn no_such_path(self, answer: &Response) -> Failure {
        Failure::unreadable(
            (
                "The gateway has nothing at this address (HTTP 404): base_url is wrong, or a newer watteau is needed.",
                "La passerelle n’a rien à cette adresse (HTTP 404) : base_url est faux, ou il faut un watteau plus \
                 récent.",
            ),
            answer.text(),
        )
        .by(self.gateway.name())
    }

    pub(crate) fn unexpected(self, answer: &Response) -> Failure {
        let status = answer.status;
        Failure::unreadable(
            (
                format!("The gateway gave an unexpected answer (HTTP {status})."),
                format!("La passerelle a donné une réponse inattendue (HTTP {status})."),
            ),
            answer.text(),
        )
        .by(self.gateway.name())
    }

    /// A 200 whose content is not as expected.
    pub fn unreadable(self, answer: &Response, reason: impl Into<Text>) -> Failure {
        let Text { en, fr } = reason.into();
        let fr = fr.unwrap_or_else(|| en.clone());
        Failure::unreadable(
            (
                format!("The gateway's answer cannot be read: {en}. Nothing was stored."),
                format!("La réponse de la passerelle est illisible ({fr}). Rien n’a été enregistré."),
            ),
            answer.text(),
        )
        .by(self.gateway.name())
    }
}

/// Enedis does not work, or the gateway cannot reach it.
pub(crate) fn enedis_down(seconds: Option<u32>) -> Failure {
    Failure::unavailable(
        (
            "Enedis is unavailable at present. Nothing is lost: it is asked again.",
            "Enedis est indisponible. Rien n’est perdu : la demande sera refaite.",
        ),
        seconds,
    )
    .by(ENEDIS)
}

/// Nothing for these days: not yet, or never.
pub(crate) fn nothing() -> Failure {
    Failure::no_data(("Enedis has nothing for these days.", "Enedis n’a rien pour ces jours.")).by(ENEDIS)
}

/// A defect of this connector, told as one.
pub(crate) fn ours(reason: impl Into<String>) -> Failure {
    let reason = reason.into();
    Failure::unreadable(
        (
            format!("The Linky connector met a defect of its own: {reason}."),
            format!("Le connecteur Linky a rencontré un défaut à lui : {reason}."),
        ),
        reason,
    )
}
