/** How much the data counts against the wish for small weights. */
const TRUST = 0.05;
const MOST_ROUNDS = 50;

/**
 * Fits a logistic regression with an L2 penalty on standardised features, by Newton's method: samples are
 * {values, isPositive, weight}. Gives the bias and a weight for each feature as it is. Same samples, same result.
 * Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning (2nd edition), section 4.4.
 */
export function fitLogistic(features, samples) {
  const { means, deviations } = momentsOf(features, samples);
  const rows = samples.map(({ values }) => [1, ...values.map((value, at) => (value - means[at]) / deviations[at])]);
  const size = features.length + 1;
  let fitted = new Float64Array(size);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const step = newtonStep(rows, samples, fitted);
    fitted = fitted.map((weight, at) => weight - step[at]);
    if (step.every((change) => Math.abs(change) < 1e-6)) break;
  }
  const weights = Object.fromEntries(features.map((feature, at) => [feature, fitted[at + 1] / deviations[at]]));
  return { bias: fitted[0] - features.reduce((sum, feature, at) => sum + weights[feature] * means[at], 0), weights };
}

function momentsOf(features, samples) {
  const means = features.map((_, at) => samples.reduce((sum, { values }) => sum + values[at], 0) / samples.length);
  const deviations = means.map(
    (mean, at) =>
      Math.sqrt(samples.reduce((sum, { values }) => sum + (values[at] - mean) ** 2, 0) / samples.length) || 1,
  );
  return { means, deviations };
}

/** How far the weights are from where the penalised loss is least, taken for a parabola. The bias has no penalty. */
function newtonStep(rows, samples, fitted) {
  const size = fitted.length;
  const gradient = new Float64Array(size);
  const curvature = Array.from({ length: size }, () => new Float64Array(size));
  rows.forEach((row, number) => {
    const { isPositive, weight } = samples[number];
    const likelihood = 1 / (1 + Math.exp(-row.reduce((sum, value, at) => sum + value * fitted[at], 0)));
    const slope = TRUST * weight * (likelihood - (isPositive ? 1 : 0));
    const bend = TRUST * weight * likelihood * (1 - likelihood);
    for (let at = 0; at < size; at++) {
      gradient[at] += slope * row[at];
      const bent = bend * row[at];
      for (let other = 0; other <= at; other++) curvature[at][other] += bent * row[other];
    }
  });
  for (let at = 0; at < size; at++) {
    if (at > 0) gradient[at] += fitted[at];
    curvature[at][at] += at > 0 ? 1 : 1e-9;
  }
  return solve(curvature, gradient);
}

/** Solves a symmetric positive definite system, of which the lower half is given, by Cholesky's method. */
function solve(matrix, right) {
  const size = right.length;
  const lower = matrix.map((row) => row.slice());
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = lower[row][column];
      for (let at = 0; at < column; at++) sum -= lower[row][at] * lower[column][at];
      lower[row][column] = row === column ? Math.sqrt(sum) : sum / lower[column][column];
    }
  }
  const solution = right.slice();
  for (let row = 0; row < size; row++) {
    for (let at = 0; at < row; at++) solution[row] -= lower[row][at] * solution[at];
    solution[row] /= lower[row][row];
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let at = row + 1; at < size; at++) solution[row] -= lower[at][row] * solution[at];
    solution[row] /= lower[row][row];
  }
  return solution;
}
