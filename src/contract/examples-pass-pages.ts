/** The examples of the routes of links and of the pass page. */

const ePassId = '1788000066668888';
const token = 'h8Xw2cZrTq0uJm5nVb7yKd3sLf9aPe1G';

export const link = {
  request: { ePassId },
  data: { url: `https://passes.example/p/${token}`, token, createdAt: '2024-12-31T00:00:00+00:00' },
};

export const revokedLink = {
  request: { ePassId },
  data: { ePassId, revokedDate: '2025-01-03T12:00:00+00:00' },
};

const timezone = 'Europe/London';

export const passPage = {
  data: {
    now: '2025-07-02T08:30:00+00:00',
    programName: 'Demo programme',
    firstName: 'Ada',
    lastName: 'Lovelace',
    ePassId,
    modules: [1],
    state: 'active',
    availableUsages: 1,
    usedUsages: 1,
    grantedUsages: 2,
    issuedDate: '2024-12-31T00:00:00+00:00',
    activationDate: '2024-12-31T00:00:00+00:00',
    expirationDate: '2028-06-30T22:59:59+00:00',
    suspendedDate: null,
    cancelledDate: null,
    localValidity: [
      { timezone, activationDate: '2024-12-31T00:00:00+00:00', expirationDate: '2028-06-30T23:59:59+01:00' },
    ],
    restriction: { kind: 'places', airports: [], moreAirports: 0, countries: [] },
    places: [
      {
        transportHubName: 'Manchester Airport',
        iata: 'MAN',
        city: 'Manchester',
        countryOrRegion: 'GB',
        timezone,
        resources: [
          {
            resourceName: 'Aspen Lounge',
            module: 1,
            location: 'Terminal 1, airside, level 2',
            worksNow: true,
            closedReason: null,
          },
        ],
      },
    ],
    morePlaces: 0,
    visits: [
      {
        visitDate: '2025-07-02T08:15:00+00:00',
        localDate: '2025-07-02T09:15:00+01:00',
        timezone,
        module: 1,
        resourceName: 'Aspen Lounge',
        location: 'Terminal 1, airside, level 2',
        transportHubName: 'Manchester Airport',
        city: 'Manchester',
        people: 1,
        usedUsages: 1,
        givenBackDate: null,
      },
    ],
    moreVisits: false,
  },
};
