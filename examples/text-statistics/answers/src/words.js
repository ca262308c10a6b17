export function words(text) {
  if (typeof text !== 'string') {
    throw new TypeError('text must be a string');
  }
  return text.toLowerCase().split(/\W+/);
}
