import type { Words } from './words.ts';

const usages = (count: number) => (count === 1 ? '1 usage' : `${count} usages`);

export const english: Words = {
  name: 'English',
  language: 'en',
  documentTitle: (traveller, programme) => `E-pass of ${traveller} – ${programme}`,
  modules: {
    0: 'Cross-module pass',
    1: 'Lounge',
    2: 'Fast track',
    3: 'Set meal',
    4: 'Dining coupon',
    7: 'Fitness',
    8: 'eSIM',
    11: 'Local offer',
  },
  states: {
    pendingActivation: 'Not active yet',
    active: 'Active now',
    suspended: 'On hold',
    cancelled: 'Cancelled',
    expired: 'Expired',
    usedUp: 'Used up',
  },
  sentences: {
    pendingActivation: (when, inAWhile) => `It can be used after ${when}${inAWhile}.`,
    active: (when, inAWhile) => `It can be used until ${when}${inAWhile}.`,
    suspended: (when, programme) =>
      `It was put on hold on ${when} and cannot be used at the moment. Ask ${programme} what to do.`,
    cancelled: (when) => `It was cancelled on ${when} and cannot be used any more.`,
    expired: (when) => `It expired on ${when} and cannot be used any more.`,
    usedUp: (granted) => (granted === 1 ? 'Its only usage is used.' : `All ${granted} usages are used.`),
  },
  afterwards: {
    notUsed: (left) => (left === 1 ? '1 usage was not used.' : `${left} usages were not used.`),
    countedByMistake:
      'Was a visit counted by mistake? Tell the staff of the place: they can take it back within 15 minutes.',
  },
  code: {
    label: (number) => `QR code with the pass number ${number}`,
    show: 'Show this code at the entrance.',
    notYet: 'The code is not accepted before the pass is active.',
    number: 'Pass number',
  },
  usages: {
    title: 'Usages',
    left: (left, granted) => `${left} of ${usages(granted)} left`,
    notUsed: (left, granted) => `${left} of ${usages(granted)} not used`,
    used: (used) => `${used} used`,
    onePerson: 'One usage lets one person in.',
  },
  validity: {
    title: 'Valid',
    from: 'From',
    until: 'Until',
    localTime: (places) => `Local time in ${places}`,
    deviceTime: (zone) => `Time of this device (${zone})`,
    byPlace: 'In the local time of each place',
    and: (count) => `${count} more`,
  },
  places: {
    title: 'Where it works',
    everywhere: (programme) => `At every place of ${programme}:`,
    places: (count) => (count === 1 ? 'At this place only:' : 'At these places only:'),
    airports: (names) => `At these airports only: ${names}.`,
    countries: (names) => `In these countries or regions only: ${names}.`,
    none: (programme) => `There is no place to show at the moment. Ask ${programme} where it can be used.`,
    more: (count) => (count === 1 ? 'One more place is not shown.' : `${count} more places are not shown.`),
    worksNow: 'Works now',
    closed: 'Closed',
    opens: (when) => `Works after ${when}, local time.`,
    hours: 'Each place has its own opening hours, which this page does not know.',
    find: 'Find an airport, a city or a place',
    noneFound: 'No place has this in its name.',
  },
  visits: {
    title: 'Visits',
    none: 'No visits yet.',
    localTime: 'In the local time of each place.',
    people: (count) => (count === 1 ? '1 person' : `${count} people`),
    usages,
    takenBack: (when) => `Taken back on ${when}; the usages were returned.`,
    more: 'Older visits are not shown.',
  },
  saved: {
    copy: (when) => `Saved copy from ${when}.`,
    outOfDate: 'The server cannot be reached. Usages and state may have changed since.',
    keeps: 'Saved on this device: the page opens without a connection, too.',
    asOf: (when) => `As of ${when}.`,
    printed: (when) => `State of ${when}. It may have changed since.`,
  },
  gone: {
    title: 'This link does not work',
    text: 'It was withdrawn, or it is not complete. Ask whoever sent it to you for a new one.',
    removed: 'What was saved of it on this device has been removed.',
  },
  unreachable: {
    title: 'No connection',
    text: 'The server cannot be reached, and this E-pass is not saved on this device. The page tries again by itself.',
  },
  busy: {
    title: 'One moment, please',
    text: (seconds) =>
      `Too many requests have come from this network. The page tries again in ${seconds === 1 ? '1 second' : `${seconds} seconds`}.`,
  },
  actions: {
    language: 'Language',
    update: 'Update',
    print: 'Print',
    again: 'Try again',
    loading: 'Loading …',
  },
};
