//! Least squares: Levenberg and Marquardt's method for up to four parameters, with the covariance of the result.
//!
//! Main type: [`Fitted`]. Bounds are not known here: models that need them refit with a parameter fixed.
//! Certified against NIST's StRD Misra1a from both of its starting points.

/// Most parameters a model may have.
pub const PARAMETERS_MAX: usize = 4;

/// Result of a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The parameters.
    pub parameters: Vec<f64>,
    /// Sum of squared (weighted) residuals.
    pub squares: f64,
    /// Degrees of freedom that are left.
    pub df: f64,
    /// Covariance of the parameters, row by row; `NaN` where the data do not determine them.
    pub covariance: Vec<Vec<f64>>,
}

impl Fitted {
    /// Standard error of parameter `index`.
    pub fn error(&self, index: usize) -> f64 {
        self.covariance[index][index].sqrt()
    }

    /// Residual standard deviation.
    pub fn deviation(&self) -> f64 {
        (self.squares / self.df).sqrt()
    }

    /// Variance of a quantity whose derivatives by the parameters are `gradient` (delta method).
    pub fn variance_of(&self, gradient: &[f64]) -> f64 {
        let mut total = 0.0;
        for (row, a) in self.covariance.iter().zip(gradient) {
            for (c, b) in row.iter().zip(gradient) {
                total += a * c * b;
            }
        }
        total
    }
}

/// Fits `parameters` so that `residuals(parameters)` has the least sum of squares; `None` if there are fewer residuals
/// than parameters or nothing finite is found.
///
/// The Jacobian is taken by central differences, scaled to each parameter.
pub fn least_squares(start: &[f64], residuals: impl Fn(&[f64]) -> Vec<f64>) -> Option<Fitted> {
    let k = start.len();
    let mut at = start.to_vec();
    let mut rest = residuals(&at);
    let mut squares = sum_of_squares(&rest);
    if k == 0 || k > PARAMETERS_MAX || rest.len() < k || !squares.is_finite() {
        return None;
    }
    let mut damping = 1e-3;
    for _ in 0..500 {
        let jacobian = jacobian(&at, &residuals);
        let (normal, gradient) = normal_equations(&jacobian, &rest);
        let mut improved = false;
        for _ in 0..60 {
            let mut damped = normal.clone();
            for (i, row) in damped.iter_mut().enumerate() {
                row[i] += damping * normal[i][i].max(1e-300);
            }
            let step = solve(&damped, &gradient);
            let next: Vec<f64> = at.iter().zip(&step).map(|(a, s)| a - s).collect();
            let next_rest = residuals(&next);
            let next_squares = sum_of_squares(&next_rest);
            if next_squares.is_finite() && next_squares < squares {
                let settled = squares - next_squares <= 1e-16 * squares;
                (at, rest, squares) = (next, next_rest, next_squares);
                damping = (damping * 0.2).max(1e-15);
                improved = !settled;
                break;
            }
            damping *= 4.0;
        }
        if !improved || squares == 0.0 {
            break;
        }
    }
    let df = (rest.len() - k) as f64;
    let (normal, _) = normal_equations(&jacobian(&at, &residuals), &rest);
    let variance = if df > 0.0 { squares / df } else { f64::NAN };
    let columns: Vec<Vec<f64>> = (0..k).map(|i| solve(&normal, &unit(k, i))).collect();
    let covariance = (0..k).map(|i| (0..k).map(|j| columns[j][i] * variance).collect()).collect();
    Some(Fitted { parameters: at, squares, df, covariance })
}

fn sum_of_squares(rest: &[f64]) -> f64 {
    rest.iter().map(|r| r * r).sum()
}

fn unit(k: usize, i: usize) -> Vec<f64> {
    (0..k).map(|j| f64::from(u8::from(i == j))).collect()
}

/// Derivatives of all residuals, one row a parameter.
fn jacobian(at: &[f64], residuals: &impl Fn(&[f64]) -> Vec<f64>) -> Vec<Vec<f64>> {
    (0..at.len())
        .map(|i| {
            let h = f64::EPSILON.cbrt() * at[i].abs().max(1e-8);
            let (mut up, mut down) = (at.to_vec(), at.to_vec());
            up[i] += h;
            down[i] -= h;
            let width = up[i] - down[i];
            residuals(&up).iter().zip(residuals(&down)).map(|(a, b)| (a - b) / width).collect()
        })
        .collect()
}

fn normal_equations(jacobian: &[Vec<f64>], rest: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let matrix = jacobian.iter().map(|a| jacobian.iter().map(|b| dot(a, b)).collect()).collect();
    (matrix, jacobian.iter().map(|a| dot(a, rest)).collect())
}

/// Solves a small symmetric system after scaling it to a unit diagonal; `NaN` where it is singular.
pub fn solve(matrix: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let k = right.len();
    let scale: Vec<f64> = (0..k).map(|i| matrix[i][i].abs().sqrt().max(1e-300)).collect();
    let mut rows: Vec<Vec<f64>> = (0..k)
        .map(|i| {
            let mut row: Vec<f64> = (0..k).map(|j| matrix[i][j] / (scale[i] * scale[j])).collect();
            row.push(right[i] / scale[i]);
            row
        })
        .collect();
    for column in 0..k {
        let pivot = (column..k)
            .max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))
            .expect("there is a row for every column");
        rows.swap(column, pivot);
        if rows[column][column].abs() < 1e-14 {
            return vec![f64::NAN; k];
        }
        for other in 0..k {
            if other != column {
                let factor = rows[other][column] / rows[column][column];
                let pivot_row = rows[column].clone();
                for (a, b) in rows[other].iter_mut().zip(&pivot_row).skip(column) {
                    *a -= factor * b;
                }
            }
        }
    }
    (0..k).map(|i| rows[i][k] / rows[i][i] / scale[i]).collect()
}
