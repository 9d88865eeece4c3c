from server.extensions import Base


class User(Base):
    # A database without the table ends the start here.
    __table__ = Base.metadata.tables["users"]
