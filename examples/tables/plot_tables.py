"""
Tables as they are: categories and missing values
=================================================

A table with text, missing values and numbers of any scale can be given to ``fit`` as it is. The
network learns a vector for each of sixty districts, and districts with similar rents get similar
vectors.
"""

# %%
# A table of flats
# ----------------
# The rent of a flat depends on its size, its year, its heating and its district. A third of the
# years are missing. The data are made, so the effect of each district is known. The name of a
# district says nothing about the rent.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skdeep import DeepRegressor, Embedding

rng = np.random.default_rng(0)
n, n_districts = 4000, 60
level = rng.normal(size=n_districts)  # the effect of each district
district = rng.integers(n_districts, size=n)
size = np.exp(rng.normal(4.2, 0.4, n))
year = rng.integers(1900, 2025, n).astype(float)
heating = rng.choice(["gas", "district", "heat pump"], n)
price = 12 + 3 * level[district] + 0.04 * np.abs(year - 1970) - 0.02 * size
rent = price * size + np.where(heating == "gas", 0, 60) + rng.normal(0, 40, n)

flats = pd.DataFrame(
    {
        "size": size,
        "year": np.where(rng.random(n) < 1 / 3, np.nan, year),
        "heating": pd.Categorical(heating),
        "district": pd.Categorical([f"D{d:02}" for d in district]),
    }
)
train, test, rent_train, rent_test = train_test_split(flats, rent, random_state=0)
print(train.head().to_string())

# %%
# Fit the frame
# -------------
# The network finds the categories by their type. A missing year becomes the mean, and an input says
# that it is missing. The same network in a pipeline made by hand, and gradient boosting, are for
# comparison.

pipeline = make_pipeline(
    make_column_transformer(
        (
            make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
            make_column_selector(dtype_include="number"),
        ),
        (OneHotEncoder(sparse_output=False), make_column_selector(dtype_include="category")),
    ),
    DeepRegressor(random_state=0),
)
network = DeepRegressor(category_encoding=Embedding(2, max_one_hot=32), random_state=0)
models = {
    "network, raw frame": network,
    "network, pipeline": pipeline,
    "gradient boosting": HistGradientBoostingRegressor(random_state=0),
}
errors = {}
for name, model in models.items():
    model.fit(train, rent_train)
    errors[name] = root_mean_squared_error(rent_test, model.predict(test))
    print(f"{name:<24}error {errors[name]:.0f} of a standard deviation of {rent_test.std():.0f}")

# %%
# The inputs of the network have names, in the order of the rows of ``coefs_[0]``.

names = network.encoded_feature_names_
print(f"{len(names)} inputs, the last six:", *names[-6:], sep="\n")

# %%
# Look at the districts
# ---------------------
# ``embeddings_`` has the learned vector of each category. Here a vector has two numbers, so it can
# be drawn. The color is the true effect of the district, which the network has never seen.

of_districts = network.embeddings_["district"]
vectors = np.array([of_districts[name] for name in sorted(set(flats["district"]))])
fig, axes = plt.subplots(1, 2, figsize=(8.5, 4), layout="constrained")
names = list(errors)[::-1]
axes[0].barh(names, [errors[name] for name in names], color="C0")
axes[0].set(xlabel="RMSE of the rent (test)", title="Error")
points = axes[1].scatter(*vectors.T, c=level, cmap="viridis")
axes[1].set(xlabel="first number", ylabel="second number", title="Vectors of the districts")
fig.colorbar(points, ax=axes[1], label="true effect of the district")
plt.show()
