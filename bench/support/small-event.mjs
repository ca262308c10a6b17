const about = (guidance) => ({ guidance, by: 'bench' });

/** An event with 500 bytes of data: what every appending arm writes. */
export const smallEvent = {
  eventType: 'USER_INTERVENTION',
  data: about('x'.repeat(500 - JSON.stringify(about('')).length)),
};
