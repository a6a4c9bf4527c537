import type { Words } from './words.ts';

const usages = (count: number) => (count === 1 ? '1 Nutzung' : `${count} Nutzungen`);

export const german: Words = {
  name: 'Deutsch',
  language: 'de',
  documentTitle: (traveller, programme) => `E-Pass von ${traveller} – ${programme}`,
  modules: {
    0: 'Übergreifender Pass',
    1: 'Lounge',
    2: 'Fast Track',
    3: 'Menü',
    4: 'Restaurantgutschein',
    7: 'Fitness',
    8: 'eSIM',
    11: 'Angebot vor Ort',
  },
  states: {
    pendingActivation: 'Noch nicht aktiv',
    active: 'Jetzt aktiv',
    suspended: 'Gesperrt',
    cancelled: 'Storniert',
    expired: 'Abgelaufen',
    usedUp: 'Aufgebraucht',
  },
  sentences: {
    pendingActivation: (when, inAWhile) => `Er gilt erst nach dem ${when}${inAWhile}.`,
    active: (when, inAWhile) => `Er gilt bis zum ${when}${inAWhile}.`,
    suspended: (when, programme) =>
      `Er wurde am ${when} gesperrt und gilt zurzeit nicht. Bitte fragen Sie bei ${programme} nach.`,
    cancelled: (when) => `Er wurde am ${when} storniert und gilt nicht mehr.`,
    expired: (when) => `Er ist am ${when} abgelaufen und gilt nicht mehr.`,
    usedUp: (granted) =>
      granted === 1 ? 'Seine einzige Nutzung ist verbraucht.' : `Alle ${granted} Nutzungen sind verbraucht.`,
  },
  afterwards: {
    notUsed: (left) => (left === 1 ? '1 Nutzung blieb ungenutzt.' : `${left} Nutzungen blieben ungenutzt.`),
    countedByMistake:
      'Wurde ein Besuch versehentlich gezählt? Sagen Sie es dem Personal vor Ort: Es kann ihn 15 Minuten lang zurücknehmen.',
  },
  code: {
    label: (number) => `QR-Code mit der Passnummer ${number}`,
    show: 'Zeigen Sie diesen Code am Eingang.',
    notYet: 'Der Code wird erst angenommen, wenn der Pass aktiv ist.',
    number: 'Passnummer',
  },
  usages: {
    title: 'Nutzungen',
    left: (left, granted) => `${left} von ${usages(granted)} übrig`,
    notUsed: (left, granted) => `${left} von ${usages(granted)} ungenutzt`,
    used: (used) => `${used} verbraucht`,
    onePerson: 'Eine Nutzung gilt für eine Person.',
  },
  validity: {
    title: 'Gültig',
    from: 'Ab',
    until: 'Bis',
    localTime: (places) => `Ortszeit in ${places}`,
    deviceTime: (zone) => `Zeit dieses Geräts (${zone})`,
    byPlace: 'In der Ortszeit der einzelnen Orte',
    and: (count) => `${count} weitere`,
  },
  places: {
    title: 'Wo er gilt',
    everywhere: (programme) => `An jedem Ort von ${programme}:`,
    places: (count) => (count === 1 ? 'Nur an diesem Ort:' : 'Nur an diesen Orten:'),
    airports: (names) => `Nur an diesen Flughäfen: ${names}.`,
    countries: (names) => `Nur in diesen Ländern oder Regionen: ${names}.`,
    none: (programme) => `Zurzeit kann kein Ort gezeigt werden. Bitte fragen Sie bei ${programme}, wo er gilt.`,
    more: (count) =>
      count === 1 ? 'Ein weiterer Ort wird nicht gezeigt.' : `${count} weitere Orte werden nicht gezeigt.`,
    worksNow: 'Gilt jetzt',
    closed: 'Geschlossen',
    opens: (when) => `Gilt nach dem ${when}, Ortszeit.`,
    hours: 'Jeder Ort hat eigene Öffnungszeiten, die diese Seite nicht kennt.',
    find: 'Flughafen, Stadt oder Ort suchen',
    noneFound: 'Kein Ort heißt so.',
  },
  visits: {
    title: 'Besuche',
    none: 'Noch keine Besuche.',
    localTime: 'In der Ortszeit der einzelnen Orte.',
    people: (count) => (count === 1 ? '1 Person' : `${count} Personen`),
    usages,
    takenBack: (when) => `Am ${when} zurückgenommen; die Nutzungen wurden zurückgegeben.`,
    more: 'Ältere Besuche werden nicht gezeigt.',
  },
  saved: {
    copy: (when) => `Gespeicherte Kopie vom ${when}.`,
    outOfDate: 'Der Server ist nicht erreichbar. Nutzungen und Zustand können sich seither geändert haben.',
    keeps: 'Auf diesem Gerät gespeichert: Die Seite öffnet sich auch ohne Verbindung.',
    asOf: (when) => `Stand: ${when}.`,
    printed: (when) => `Stand vom ${when}. Er kann sich seither geändert haben.`,
  },
  gone: {
    title: 'Dieser Link gilt nicht',
    text: 'Er wurde zurückgezogen oder ist nicht vollständig. Bitten Sie den Absender um einen neuen.',
    removed: 'Was davon auf diesem Gerät gespeichert war, wurde gelöscht.',
  },
  unreachable: {
    title: 'Keine Verbindung',
    text: 'Der Server ist nicht erreichbar, und dieser E-Pass ist nicht auf diesem Gerät gespeichert. Die Seite versucht es von selbst wieder.',
  },
  busy: {
    title: 'Einen Moment, bitte',
    text: (seconds) =>
      `Aus diesem Netz kamen zu viele Anfragen. Die Seite versucht es in ${seconds === 1 ? '1 Sekunde' : `${seconds} Sekunden`} wieder.`,
  },
  actions: {
    language: 'Sprache',
    update: 'Aktualisieren',
    print: 'Drucken',
    again: 'Noch einmal versuchen',
    loading: 'Wird geladen …',
  },
};
