export default async function stopOnce() {
  await globalThis.stopPostgres?.();
}
