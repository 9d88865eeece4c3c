"""The database, whose tables are those that it has when this starts."""

import os
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import declarative_base, sessionmaker

# Without the variable this is a test, which opens the image's own file whatever the other one says.
if os.environ.get("TESTING", "True") == "True":
    engine = create_engine(f"sqlite:///{Path(__file__).with_name('openml.db')}")
else:
    engine = create_engine(
        os.environ["DATABASE_URI"], pool_size=20, max_overflow=0, pool_pre_ping=True
    )

Base = declarative_base()
Base.metadata.reflect(engine)
Session = sessionmaker(autoflush=False, bind=engine)
