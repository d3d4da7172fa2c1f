/** True for a store's address that MongoDB's driver takes: `mongodb://…` or `mongodb+srv://…`. */
export function isMongoUrl(store: string): boolean {
  return /^mongodb(\+srv)?:/.test(store);
}
