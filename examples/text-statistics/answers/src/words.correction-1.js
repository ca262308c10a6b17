export function words(text) {
  if (typeof text !== 'string') {
    throw new TypeError('text must be a string');
  }
  // Split on everything that is not a letter, a digit or an apostrophe, and drop empty strings
  return text
    .toLowerCase()
    .split(/[^\w'’]+/)
    .filter((word) => word.length > 0);
}
