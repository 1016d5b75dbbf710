export default {
  skip: "Aller au contenu", overview: "Vue d’ensemble", electricity: "Électricité", gas: "Gaz", import: "Import", connectors: "Connecteurs",
  brief: { overview: "Vue", electricity: "Élec.", gas: "Gaz", import: "Import", connectors: "Sources" },
  freshness: "Fraîcheur des sources", language: "English", colon: "\u00a0: ", pages: "Pages",
  unreachable: "Watteau ne répond pas. Ce qui est affiché date de la dernière réponse ; la page reprendra d’elle-même.",

  declined: "Watteau refuse cette demande.", notKept: "L’enregistrement a échoué\u00a0: ", dataTo: (day) => `données au ${day}`, noData: "pas encore de données",

  sinceJanuary: "Depuis le 1er janvier\u00a0: ", andThen: "\u00a0; ",
  ofElectricity: (q) => `${q} d’électricité`, ofGas: (q) => `${q} de gaz`,
  againstLastYear: (sign, share) => (sign === 0 ? ", autant qu’à la même date l’an dernier" : `, ${share} de ${sign > 0 ? "plus" : "moins"} qu’à la même date l’an dernier`),
  willShow: {
    overview: "Vos consommations depuis janvier apparaîtront ici, face à l’an dernier.",
    electricity: "Votre courbe de charge et vos jours d’électricité apparaîtront ici.",
    gas: "Vos jours et vos mois de gaz apparaîtront ici.",
  },
  noYet: "Configurez un connecteur, ou importez un fichier.",
  until: (e, g) => [e && `Électricité au ${e}`, g && `gaz au ${g}`].filter(Boolean).join(", ") + ". Jour gazier\u00a0: 6 h → 6 h.",
  toDate: (last) => `du 1er janv. au ${last}`, contre: (q) => `contre ${q}`, spark: "Les douze derniers mois",
  byYear: "par an", byMonth: "par mois", byDay: "par jour", byHour: "par heure",
  full: "année entière", past: "passées", partial: "incomplet", toThe: (day) => `au ${day}`,
  sinceDay: (year, day) => `${year}\u00a0: les mesures commencent le ${day}.`,

  loadCurve: "Courbe de charge", measured: "mesuré", quality: "qualité", estimated: "estimé", hole: "sans mesure",
  moreHoles: (n) => `et ${n} autres intervalles sans mesure.`,
  day: "Jour", week: "Semaine", month: "Mois", year: "Année", hour: "Heure", period: "Période",
  previous: "Période précédente", next: "Période suivante", today: "Dernier jour",
  from: "Du", to: "au", show: "Afficher", thisPeriod: "cette période", yearBefore: "un an plus tôt",
  thisWeek: "cette semaine", weekBefore: "semaine d’avant",
  compared: (sign, share, step) => {
    const what = { day: "la veille", week: "les mêmes jours de la semaine d’avant", month: "les mêmes jours de l’an dernier", year: "les mêmes mois de l’an dernier", free: "la même période un an plus tôt" }[step];
    return sign === 0 ? `, autant que ${what}` : `, ${share} de ${sign > 0 ? "plus" : "moins"} que ${what}`;
  },
  received: { day: (n, all) => `${n} jour${n > 1 ? "s" : ""} reçu${n > 1 ? "s" : ""} sur ${all}.`, month: (n, all) => `${n} mois reçus sur ${all}.` },
  nothing: (name) => `${name}\u00a0: aucune mesure.`, gasDay: "Jour gazier\u00a0: 6 h → 6 h.",
  table: "Tableau", csv: "CSV", png: "Image", screen: "Plein écran", tableHint: "Les mêmes données sont dans le tableau.",

  turn: {
    your_turn: () => "À vous", waiting: (party) => (party ? `Attente de ${party}` : "Attente"),
    their_fault: (party) => party ?? "La source", our_fault: () => "Watteau",
  },
  tries: (n) => `${n} essais`, runNow: "Lancer maintenant", running: "En cours", since: "depuis", nextTry: "prochain essai", calls: "appels", plugin: "greffon",
  perDay: "par jour", perHour: "par heure", perMinute: "par minute", nextRun: "prochain passage",
  folder: "dossier surveillé", reach: "peut joindre", lastSuccess: "dernier succès", lastRun: "dernier passage", never: "jamais",
  runCounts: (added, same, corrected) => `${added} nouveaux, ${same} inchangés, ${corrected} corrigés`,
  fetching: (feed, done, all) => `${feed}\u00a0: ${done} sur ${all}`,
  feeds: { daily: "Énergie par jour", daily_energy: "Énergie par jour", load_curve: "Courbe de charge", max_power: "Puissance maximale" },
  historyDone: (all) => `${all} jours d’historique, tous reçus`, historyPart: (done, all) => `historique\u00a0: ${done} jours sur ${all}`,
  ok: "à jour", waiting: "en attente", attention: "à vous", failed: "en panne", disabled: "désactivé", never_run: "jamais lancé",
  noConnector: "Aucun connecteur n’est configuré. Ajoutez-en un dans watteau.toml\u00a0: il est pris en compte aussitôt.", allWell: "Tout va bien.", someTrouble: (names) => `À regarder\u00a0: ${names}.`,

  importSentence: "Un fichier est d’abord montré, puis enregistré si vous le voulez.",
  drop: "Déposez ici vos fichiers GRDF.", dropNote: "xlsx, csv, json\u00a0; ou placez-les dans le dossier surveillé. Ils restent sur cette machine.",
  choose: "Choisir un fichier", recognised: "Reconnu comme", meter: "Compteur", exported: "Exporté le",
  recognisedFile: "reconnu", refusedFile: "refusé",
  new: "nouveaux", unchanged: "inchangés", corrected: "corrigés", refused: "refusés",
  one: { new: "nouveau", corrected: "corrigé", unchanged: "inchangé", older: "plus ancien" },
  absentRows: (n) => `${n} lignes sans mesure.`, andOthers: (n) => `et ${n} autres.`,
  keep: (n) => `Enregistrer ${n} valeurs`, nothingNew: "Tout est déjà là\u00a0: rien à enregistrer.",
  leave: "Ne rien faire", kept: "Enregistré.", twice: "Déposer deux fois le même fichier ne change rien.", pastImports: "Derniers imports",
  outcome: "résultat", stored: "enregistré", alreadyHere: "déjà là",
  when: "quand", file: "fichier", value: "valeur", was: "était", row: "ligne", empty: "Aucun fichier encore.", change: "état", series: "série",
};
