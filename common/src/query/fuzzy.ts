/**
 * Tells if two words are at most 2 edits apart: insert, delete, replace, or swap two neighbours
 * (optimal string alignment, where a swapped pair is not edited again). Made once per searched
 * word, because its rows are reused.
 */
export function fuzzyWord(word: string, distance: 0 | 1 | 2): (candidate: string) => boolean {
  const width = word.length + 1;
  let before = new Int32Array(width);
  let last = new Int32Array(width);
  let row = new Int32Array(width);
  return (candidate) => {
    if (candidate === word) return true;
    if (distance === 0 || Math.abs(candidate.length - word.length) > distance) return false;
    for (let column = 0; column < width; column++) last[column] = column;
    for (let line = 1; line <= candidate.length; line++) {
      const code = candidate.charCodeAt(line - 1);
      const previous = candidate.charCodeAt(line - 2);
      row[0] = line;
      let least = line;
      for (let column = 1; column < width; column++) {
        const own = word.charCodeAt(column - 1);
        let cost = Math.min(
          (last[column] ?? 0) + 1,
          (row[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (own === code ? 0 : 1),
        );
        const swapped =
          line > 1 && column > 1 && own === previous && word.charCodeAt(column - 2) === code;
        if (swapped) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
        row[column] = cost;
        if (cost < least) least = cost;
      }
      // A swap reaches two rows back, so one row alone above the distance does not decide.
      if (least > distance + 1) return false;
      [before, last, row] = [last, row, before];
    }
    return (last[width - 1] ?? 0) <= distance;
  };
}
