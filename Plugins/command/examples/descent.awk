# Linear regression by stochastic gradient descent on two CSV files, whose last column is the target: the first to train on, the second
# to be scored on.
#
# awk -F, -v rate=0.01 -v decay=0.9 -v penalty=0.1 -v epochs=50 -v seed=1 -f descent.awk TRAIN EVALUATE

FNR == 1 { next }                                        # the headers
{
    n = NR == FNR ? ++trains : trains + ++evaluates
    for (j = 1; j <= NF; j++) x[n, j] = $j
    target = NF
}

END {
    srand(seed)
    for (j = 1; j <= target; j++) {                      # scale by the training rows alone
        sum = squares = 0
        for (i = 1; i <= trains; i++) { sum += x[i, j]; squares += x[i, j] ^ 2 }
        mean = sum / trains
        spread[j] = sqrt(squares / trains - mean ^ 2)
        for (i = 1; i <= trains + evaluates; i++) x[i, j] = spread[j] > 0 ? (x[i, j] - mean) / spread[j] : 0
    }
    for (epoch = 1; epoch <= epochs; epoch++) {
        for (k = 1; k <= trains; k++) {
            i = 1 + int(rand() * trains)
            error = x[i, target] - guess(i)
            for (j = 1; j < target; j++) weight[j] += rate * (error * x[i, j] - penalty * weight[j])
        }
        rate *= decay
        squares = 0
        for (i = trains + 1; i <= trains + evaluates; i++) squares += (x[i, target] - guess(i)) ^ 2
        printf "epoch %d rmse %.6g\n", epoch, sqrt(squares / evaluates) * spread[target]
        fflush()
    }
}

function guess(i,    j, sum) {
    for (j = 1; j < target; j++) sum += weight[j] * x[i, j]
    return sum
}
